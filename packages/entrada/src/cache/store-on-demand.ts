import type { TokenStore } from './token-store.ts'

const methods = ['get', 'set', 'delete', 'list', 'lease'] as const

/** A store that is opened with its first use, and again after a failure. Short, because every program loads it. */
export function storeOnDemand(open: () => Promise<Required<TokenStore>>): TokenStore {
  let opening: Promise<Required<TokenStore>> | undefined
  const call = async (method: (typeof methods)[number], args: unknown[]): Promise<unknown> => {
    opening ??= open()
    const store = await opening.catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return (store[method] as (...given: unknown[]) => unknown)(...args)
  }
  const entries = methods.map((method) => [method, (...args: unknown[]) => call(method, args)])
  return Object.fromEntries(entries) as TokenStore
}
