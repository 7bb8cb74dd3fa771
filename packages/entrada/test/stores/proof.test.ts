import {
  fileTokenStore,
  memoryTokenStore,
  msalTokenStore,
  recordName,
  type TokenKey,
  type TokenStore,
} from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { aRecord, start } from './a-record.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const now = (): number => start
const app: TokenKey = {
  kind: 'access',
  partition: 'app',
  environment: 'login.example',
  clientId: 'client',
  realm: 'tenant',
  target: 'scope',
  cae: false,
}
const [right, wrong] = [
  { ...app, proof: 'a'.repeat(64) },
  { ...app, proof: 'b'.repeat(64) },
]

/** A document in memory. */
function document(text?: string) {
  const held = { text }
  return {
    held,
    read: async () => held.text,
    update: async (change: (text: string | undefined) => string | undefined) => {
      held.text = change(held.text) ?? held.text
    },
  }
}

const stores: [string, () => TokenStore][] = [
  ['memory', () => memoryTokenStore({ now })],
  ['files', () => fileTokenStore({ folder: newFolder(), host: { now } })],
  ['MSAL documents', () => msalTokenStore({ plain: document(), revocable: document() }, now)],
]

describe.each(stores)('a store in %s', (_, open) => {
  test('answers an application that proves itself as the writer did, and no other', async () => {
    const store = open()
    await store.set(aRecord('secret', { key: right }))
    expect((await store.get(right))?.secret).toBe('secret')
    expect((await store.get(right))?.key).toEqual(right)
    expect(await store.get(wrong)).toBeUndefined()
    expect(await store.get(app)).toBeUndefined()
  })

  test('gives what nobody proved to nobody who proves something', async () => {
    const store = open()
    await store.set(aRecord('unproven', { key: app }))
    expect((await store.get(app))?.secret).toBe('unproven')
    expect(await store.get(right)).toBeUndefined()
  })

  test('lists an application’s tokens without their secrets', async () => {
    const store = open()
    await store.set(aRecord('unproven', { key: app }))
    await store.set(aRecord('secret', { key: { ...right, target: 'other' } }))
    const listed = await store.list('app')
    expect(listed.length).toBeGreaterThan(0)
    expect(JSON.stringify(listed)).not.toMatch(/unproven|secret":"[^"]/)
  })

  test('lists a user’s tokens whole: signing out needs no proof', async () => {
    const store = open()
    const ofUser = { ...app, partition: 'ada.contoso' }
    await store.set(aRecord('users', { key: ofUser }))
    expect((await store.list('ada.contoso')).map(({ secret }) => secret)).toEqual(['users'])
  })
})

describe('an MSAL document', () => {
  test('has the token of the last who proved itself, and says of its proof nothing that a key is made of', async () => {
    const [plain, revocable] = [document(), document()]
    const store = msalTokenStore({ plain, revocable }, now)
    await store.set(aRecord('first', { key: right }))
    await store.set(aRecord('second', { key: wrong }))
    expect(await store.get(right)).toBeUndefined()
    expect((await store.get(wrong))?.secret).toBe('second')
    expect(Object.keys(JSON.parse(plain.held.text ?? '').AccessToken)).toHaveLength(1)
    expect(plain.held.text).not.toMatch(/a{64}|b{64}/)
    await store.set(aRecord('third', { key: app }))
    expect(await store.get(wrong)).toBeUndefined()
    expect(plain.held.text).not.toContain('entrada_proof')
  })
})

test('a key without a proof has the name that it always had', () => {
  expect(recordName(app)).toBe(recordName({ ...app, proof: undefined } as unknown as TokenKey))
  expect(new Set([app, right, wrong].map(recordName)).size).toBe(3)
})
