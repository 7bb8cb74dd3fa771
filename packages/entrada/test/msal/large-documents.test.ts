import { inspect } from 'node:util'
import { msalTokenStore, readMsalDocument } from 'entrada/store'
import { expect, test } from 'vitest'
import { pluginAccess } from '../../src/msal/plugin-access.ts'
import { selectAccount } from '../../src/msal/select-account.ts'
import { failure } from '../world.ts'

const start = Date.UTC(2030, 0, 1)
const environment = 'login.microsoftonline.com'
/** Milliseconds for what a megabyte takes; quadratic work takes a hundred times as long. */
const soon = 10_000

const accountOf = (home: string) => ({ home_account_id: home, environment, realm: 't', username: home })
const refreshOf = (home: string, client: string) => ({
  credential_type: 'RefreshToken',
  home_account_id: home,
  environment,
  client_id: client,
  secret: 'r',
})

/** A megabyte of sign-ins: of many accounts, or of one account with many clients. */
function documentOf(kind: 'accounts' | 'clients'): string {
  const Account: Record<string, unknown> = {}
  const RefreshToken: Record<string, unknown> = {}
  for (let index = 0; index < 3000; index++) {
    const home = kind === 'accounts' ? `user-${index}.tenant` : 'user-0.tenant'
    Account[`a${index}`] = accountOf(home)
    RefreshToken[`r${index}`] = refreshOf(home, kind === 'accounts' ? 'client' : `client-${index}`)
  }
  return JSON.stringify({ Account, RefreshToken })
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ result: T; milliseconds: number }> {
  const before = performance.now()
  const result = await work()
  return { result, milliseconds: performance.now() - before }
}

test('an account is found among thousands in a time that grows no faster than the document', async () => {
  const document = readMsalDocument(documentOf('accounts')) as Map<string, unknown>
  const { result, milliseconds } = await timed(() =>
    selectAccount(document, environment, 'client', { username: 'user-2999.tenant' }),
  )
  expect(result).toMatchObject({ account: { homeAccountId: 'user-2999.tenant' } })
  expect(milliseconds).toBeLessThan(soon)
})

test('the tokens of one user among thousands are listed by one reading of each document', async () => {
  const text = documentOf('accounts')
  let reads = 0
  const read = async (): Promise<string> => {
    reads++
    return text
  }
  const access = { read, update: async () => undefined }
  const store = msalTokenStore({ plain: access, revocable: access }, () => start)
  const { result, milliseconds } = await timed(() => store.list('user-7.tenant'))
  expect(result.map(({ key }) => key.kind)).toEqual(['refresh', 'account'])
  expect(reads).toBe(2)
  expect(milliseconds).toBeLessThan(soon)
})

test('one user with thousands of clients is listed soon', async () => {
  const text = documentOf('clients')
  const access = { read: async () => text, update: async () => undefined }
  const store = msalTokenStore({ plain: access, revocable: access }, () => start)
  const { result, milliseconds } = await timed(() => store.list('user-0.tenant'))
  expect(result.length).toBe(6000)
  expect(milliseconds).toBeLessThan(soon)
})

test.each([
  ['a megabyte of blanks', ' '.repeat(1_000_000), 'it is not JSON'],
  ['a megabyte of brackets', '['.repeat(1_000_000), 'it is not JSON'],
  ['a megabyte of byte order marks', '\uFEFF'.repeat(1_000_000), 'it is not JSON'],
  ['more than any cache has', `"${'x'.repeat(17 * 1024 * 1024)}"`, 'it is longer than 16777216 characters'],
])('%s is read, or refused, soon', async (_, text, reason) => {
  const { result, milliseconds } = await timed(() => readMsalDocument(text))
  if (!(result instanceof Map)) expect(result.reason).toBe(reason)
  expect(milliseconds).toBeLessThan(soon)
})

test('what a plug-in throws is rebuilt: nothing that it contains is passed on', async () => {
  const theirs = Object.assign(new Error('broken\nkeyring'), { code: 'EKEY', document: 'PLUGIN-SECRET' })
  const plugin = {
    beforeCacheAccess: () => Promise.reject(theirs),
    afterCacheAccess: async () => undefined,
  }
  const access = pluginAccess(plugin)
  for (const failing of [access.read(), access.update(() => '{}')]) {
    const error = await failure(failing)
    expect(error).not.toBe(theirs)
    expect(error).toMatchObject({ message: 'broken keyring', code: 'EKEY' })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('PLUGIN-SECRET')
  }
})
