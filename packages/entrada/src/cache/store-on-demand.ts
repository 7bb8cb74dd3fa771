import type { TokenStore } from './token-store.ts'

type Method = keyof TokenStore

/** A store that is opened with its first use, and again after a failure. Short, because every program loads it. */
export function storeOnDemand(open: () => Promise<Required<TokenStore>>): TokenStore {
  let opening: ReturnType<typeof open> | undefined
  const later =
    (method: Method) =>
    async (...args: unknown[]): Promise<unknown> => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined
        throw error
      })
      const store = (await opening) as unknown as Record<Method, (...given: unknown[]) => unknown>
      return store[method](...args)
    }
  const methods: Method[] = ['get', 'set', 'delete', 'list', 'lease']
  return Object.fromEntries(methods.map((method) => [method, later(method)])) as unknown as TokenStore
}
