import { createHook } from 'node:async_hooks'

/** The types of the asynchronous resources (promises, timers, sockets…) that a synchronous piece of work creates. */
export function countAsyncResources(work: () => void): string[] {
  const types: string[] = []
  const hook = createHook({ init: (_id, type) => types.push(type) })
  hook.enable()
  try {
    work()
  } finally {
    hook.disable()
  }
  return types
}
