import { randomBytes } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { ClientSecretCredential, type EntradaEvent } from 'entrada'
import { fileTokenStore, type TokenStore } from 'entrada/store'
import { expect, test } from 'vitest'
import { clientId, tenantId } from '../app.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const scope = 'https://vault.azure.net/.default'

/** One token by a new credential, and what was told of the store. */
async function ask(tokenStore: TokenStore): Promise<{ token: string; told: string[] }> {
  const told: string[] = []
  const answer = { token_type: 'Bearer', expires_in: 3600, access_token: 'fresh' }
  const credential = new ClientSecretCredential(tenantId, clientId, 'secret', {
    tokenStore,
    fetch: async () => ({ status: 200, headers: { get: () => null }, text: async () => JSON.stringify(answer) }),
    onEvent: (event: EntradaEvent) => {
      if (event.type === 'store-failed') told.push(`${event.operation}: ${(event.error as Error).message}`)
    },
  })
  const { token } = await credential.getToken(scope)
  await credential.close()
  return { token, told }
}

/** Calls of a store, to be waited for. */
function watched(store: TokenStore): { store: TokenStore; settled(): Promise<unknown> } {
  const writes: Promise<unknown>[] = []
  const set: TokenStore['set'] = (...args) => {
    const writing = store.set(...args)
    writes.push(writing.catch(() => undefined))
    return writing
  }
  return { store: { ...store, set }, settled: () => Promise.all(writes) }
}

test('a record that cannot be opened is reported at each look, and the token is acquired and kept', async () => {
  const folder = newFolder()
  const first = watched(fileTokenStore({ folder, keys: randomBytes(32) }))
  await ask(first.store)
  await first.settled()
  const second = watched(fileTokenStore({ folder, keys: randomBytes(32) }))
  const { token, told } = await ask(second.store)
  await second.settled()
  expect(token).toBe('fresh')
  // A credential looks, takes the lease, and looks once more.
  expect(told.length).toBeGreaterThan(0)
  for (const one of told)
    expect(one).toMatch(/^get: the record is sealed with the key [0-9a-f]{12}, which was not given/)
  expect((await ask(second.store)).told).toEqual([])
})

test('a key file that was cut off is reported once, and the token is acquired and kept', async () => {
  const folder = newFolder()
  await writeFile(`${folder}.key`, '', { mode: 0o600 })
  const { store, settled } = watched(fileTokenStore({ folder }))
  const { token } = await ask(store)
  await settled()
  expect(token).toBe('fresh')
  expect((await ask(fileTokenStore({ folder }))).told).toEqual([])
})

test('a folder that is refused is reported with the chmod to run, and does not prevent a token', async () => {
  const base = newFolder()
  await mkdir(base)
  await chmod(base, 0o777)
  const { store, settled } = watched(fileTokenStore({ folder: `${base}/store` }))
  const { token, told } = await ask(store)
  await settled()
  expect(token).toBe('fresh')
  expect(told[0]).toMatch(/^get: .*can be written by every user \(mode 0777\)\. chmod o-w \//)
})
