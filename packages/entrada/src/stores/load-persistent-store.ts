import type { openPersistentStore } from './persistent-store.ts'

/** What opens the store of this machine. Rejects in a bundle for web pages, which leaves it out, whatever it then runs on. */
export async function loadPersistentStore(): Promise<typeof openPersistentStore> {
  const loaded: Partial<typeof import('./persistent-store.ts')> | undefined = await import('./persistent-store.ts')
  if (loaded?.openPersistentStore !== undefined) return loaded.openPersistentStore
  const message = 'tokenCachePersistenceOptions: not in a web page. Pass a tokenStore.'
  throw Object.assign(new Error(message), { code: 'ENOSYS' })
}
