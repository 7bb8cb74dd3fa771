import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import {
  ChainedTokenCredential,
  CredentialUnavailableError,
  DefaultAzureCredential,
  WorkloadIdentityCredential,
  type WorkloadIdentityCredentialOptions,
} from 'entrada'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withFile } from '../certificates/with-file.ts'
import { noFiles } from '../no-files.ts'
import { withoutMachine } from '../without-machine.ts'
import { clientId, createWorld, failure, scope, tenantId, type World } from '../world.ts'
import { thrown } from './thrown.ts'

const path = '/var/run/secrets/azure/tokens/azure-identity-token'
const variables = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_FEDERATED_TOKEN_FILE: path }

let world: World
beforeAll(async () => {
  world = await createWorld()
})
beforeEach(() => world.reset())
afterAll(() => world.close())

/** A credential over a file system of one file, whose content and stamp the test sets; every request is granted. */
function overFile(
  content: string | undefined,
  options: WorkloadIdentityCredentialOptions = {},
  env: object = variables,
) {
  const file = { content, stamp: '1', reads: 0 }
  const clock = { now: Date.UTC(2030, 0, 1) }
  const sent: Record<string, string>[] = []
  const absent = (): never => {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
  }
  const credential = new WorkloadIdentityCredential({
    fetch: (_, { body }) => {
      sent.push(Object.fromEntries(new URLSearchParams(body)))
      return Response.json({ access_token: `token-${sent.length}`, expires_in: 3600 })
    },
    ...options,
    host: {
      env: { ...env },
      now: () => clock.now,
      files: {
        ...noFiles,
        stamp: async () => (file.content === undefined ? absent() : file.stamp),
        read: async () => {
          file.reads++
          return file.content === undefined ? absent() : new TextEncoder().encode(file.content)
        },
      },
    },
  })
  return { credential, file, clock, sent, ask: () => credential.getToken(scope, { claims: '{}' }) }
}

test.each<[string, object]>([
  ['a code that is not the file system’s', { code: 'ERR_REQUIRE_ESM' }],
  ['no code', {}],
])('a failure that is not about the file does not blame it: %s', async (_, fields) => {
  const broken = async (): Promise<never> => {
    throw Object.assign(new Error('Dynamic require of "fs" is not supported'), fields)
  }
  const files = { ...noFiles, stamp: broken, read: broken }
  const credential = new WorkloadIdentityCredential({ host: { env: variables, files } })
  const error = await failure(credential.getToken(scope))
  expect(error.message).toContain('failed: Dynamic require of "fs" is not supported. See the cause.')
  expect(error.message).not.toMatch(/cannot be read|Check/)
  expect(error.cause).toBeInstanceOf(Error)
})

test('what the options leave out comes from the environment, and the options come first', async () => {
  const { credential, sent } = overFile('token')
  await credential.getToken(scope)
  expect(sent[0]).toMatchObject({
    client_id: clientId,
    client_assertion: 'token',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    grant_type: 'client_credentials',
  })
  const other = overFile('token', { clientId: 'other', tenantId: 'other.example', tokenFilePath: '/elsewhere' })
  await other.credential.getToken(scope)
  expect(other.sent[0]?.client_id).toBe('other')
})

test.each<[string, object, string]>([
  [
    'the client',
    { AZURE_CLIENT_ID: undefined },
    'clientId is a required parameter. Pass clientId, or set AZURE_CLIENT_ID',
  ],
  ['the tenant', { AZURE_TENANT_ID: ' ' }, 'tenantId is a required parameter. Pass tenantId, or set AZURE_TENANT_ID'],
  [
    'the file',
    { AZURE_FEDERATED_TOKEN_FILE: '' },
    'tokenFilePath is a required parameter. Pass tokenFilePath, or set AZURE_FED',
  ],
  [
    'all of it',
    { AZURE_TENANT_ID: '', AZURE_CLIENT_ID: '', AZURE_FEDERATED_TOKEN_FILE: '' },
    'clientId, tenantId and tokenFilePath are required parameters. Pass clientId, tenantId and tokenFilePath, or set AZURE_C',
  ],
])('the constructor names what is missing: %s', (_, missing, message) => {
  const error = thrown(() => overFile('token', {}, { ...variables, ...missing }))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toContain(`WorkloadIdentityCredential: is unavailable. ${message}`)
})

test.each<[string, object, RegExp]>([
  ['a tenant that is a path', { tenantId: '../x' }, /tenantId/],
  ['a client that is a number', { clientId: 7 }, /clientId is of type number/],
  ['a client with a line break', { clientId: 'a\nb' }, /clientId .*control character/],
  ['a file that is a number', { tokenFilePath: 7 }, /tokenFilePath is of type number/],
  ['a text for enableAzureProxy', { enableAzureProxy: 'yes' }, /enableAzureProxy/],
])('the constructor refuses %s', (_, options, reason) => {
  const error = thrown(() => overFile('token', options as WorkloadIdentityCredentialOptions))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(reason)
})

test('the file is read with the first token request, and again when it has changed or five minutes have passed', async () => {
  const { credential, file, clock, sent, ask } = overFile('first')
  expect(file.reads).toBe(0)
  await ask()
  file.content = 'second'
  clock.now += 299_999
  await ask()
  expect([file.reads, sent.at(-1)?.client_assertion]).toEqual([1, 'first'])
  clock.now += 1
  await ask()
  expect([file.reads, sent.at(-1)?.client_assertion]).toEqual([2, 'second'])
  file.content = 'third'
  file.stamp = '2'
  await credential.getToken(scope)
  expect(sent).toHaveLength(3)
  await ask()
  expect(sent.at(-1)?.client_assertion).toBe('third')
})

test('white space and a byte-order mark around the token are not part of it', async () => {
  const { ask, sent } = overFile('\ufeff \n the-token\r\n')
  await ask()
  expect(sent[0]?.client_assertion).toBe('the-token')
})

test.each([
  ['little-endian', (bytes: Buffer) => bytes],
  ['big-endian', (bytes: Buffer) => bytes.swap16()],
])('the token may be in UTF-16, as Windows PowerShell writes it: %s', async (_, order) => {
  const sent: string[] = []
  const content = order(Buffer.from('\ufeffthe-token\r\n', 'utf16le'))
  await using credential = new WorkloadIdentityCredential({
    fetch: (_, { body }) => {
      sent.push(new URLSearchParams(body).get('client_assertion') ?? '')
      return Response.json({ access_token: 'token', expires_in: 3600 })
    },
    host: { env: variables, files: { ...noFiles, stamp: async () => '1', read: async () => content } },
  })
  await credential.getToken(scope)
  expect(sent).toEqual(['the-token'])
})

test.each<[string, string | undefined, RegExp]>([
  [
    'is not there',
    undefined,
    /"\/var\/run\/.*azure-identity-token" cannot be read \(ENOENT\)\. Check AZURE_FEDERATED_TOKEN_FILE/,
  ],
  ['is empty', '', /"\/var\/run\/.*" is empty\. Wait until the platform has written it/],
  ['has blanks alone', ' \n\t', /is empty/],
])('a file that %s is unavailable, and is used as soon as it is written', async (_, content, reason) => {
  const { ask, file, sent } = overFile(content)
  const error = await failure(ask())
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toMatch(/^WorkloadIdentityCredential: the token file /)
  expect(error.message).toMatch(reason)
  file.content = 'token'
  file.stamp = '2'
  await ask()
  expect(sent.map((form) => form.client_assertion)).toEqual(['token'])
})

const jwt = (payload: object): string =>
  `eyJ.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2lnbmF0dXJl`

test('an expired token is named with its time, is not sent, and the next one is used', async () => {
  const { ask, file, clock, sent } = overFile(jwt({ exp: Date.UTC(2030, 0, 1, 0, 10) / 1000, sub: 'Größe ☃' }))
  await ask()
  clock.now = Date.UTC(2030, 0, 1, 0, 10)
  const error = await failure(ask())
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toContain('expired at 2030-01-01T00:10:00.000Z.')
  expect(inspect(error, { depth: 10 })).not.toContain('c2lnbmF0dXJl')
  expect(sent).toHaveLength(1)
  file.content = jwt({ exp: Date.UTC(2030, 0, 1, 1) / 1000 })
  file.stamp = '2'
  await ask()
  expect(sent).toHaveLength(2)
})

describe('if this machine’s clock is wrong', () => {
  const written = Date.UTC(2030, 0, 1)
  const hour = 3_600_000

  test('a token that was written just now has not expired, and no chain goes on to another identity', async () => {
    // The clock is ahead by two hours, as it was when the platform wrote the file.
    const trueTime = (written - 2 * hour) / 1000
    const { credential, ask, file, sent, clock } = overFile(jwt({ iat: trueTime, exp: trueTime + 3600 }))
    file.stamp = `${written}.25 900 7`
    const chain = new ChainedTokenCredential(credential, {
      getToken: async () => ({ token: 'another identity', expiresOnTimestamp: written + hour }),
    })
    expect((await chain.getToken(scope)).token).toBe('token-1')
    expect(sent).toHaveLength(1)
    clock.now = written + hour + 1000
    expect((await failure(ask())).message).toMatch(/ expired at /)
  })

  test('a file is read again in time, even after the clock was set back', async () => {
    let set = 0
    let reads = 0
    let steady = written
    await using credential = new WorkloadIdentityCredential({
      fetch: () => Response.json({ access_token: 'token', expires_in: 3600 }),
      host: {
        env: variables,
        now: () => steady + set,
        monotonic: () => steady,
        files: { ...noFiles, stamp: async () => '1', read: async () => new TextEncoder().encode(`token ${++reads}`) },
      },
    })
    await credential.getToken(scope, { claims: '{}' })
    set = -48 * hour
    steady += 300_000
    await credential.getToken(scope, { claims: '{}' })
    expect(reads).toBe(2)
  })
})

test.each(['no JWT', 'a.b.c', jwt({ exp: 'soon' }), jwt({ exp: 1e300 }), jwt({ exp: null }), jwt([]), 'a.bnVsbA.c'])(
  'a token without a readable expiry is sent as it is: %s',
  async (token) => {
    const { ask, sent } = overFile(token)
    await ask()
    expect(sent[0]?.client_assertion).toBe(token)
  },
)

test('a service account’s token gets tokens, and goes on after the platform has rotated it', async () => {
  const pod = await world.emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop', app: 'app' })
  await using credential = new WorkloadIdentityCredential(
    world.options({ ...pod.env, AZURE_AUTHORITY_HOST: world.emulator.url }),
  )
  await credential.getToken(scope)
  world.emulator.clock.advance(3_601_000)
  const stale = await failure(credential.getToken(scope))
  expect(stale.message).toMatch(/the token in ".*" expired at \d{4}-/)
  const fresh = await pod.rotate()
  expect((await credential.getToken(scope)).token).toBeTruthy()
  expect(world.emulator.requests.at(-1)?.form.client_assertion).toBe(fresh)
})

test('the links that Kubernetes swaps for a projected volume are followed', async () => {
  const account = { serviceAccount: 'linked', namespace: 'shop', app: 'app' }
  const pod = await world.emulator.kubernetes(account)
  await withFile('', async (file) => {
    const folder = dirname(file)
    const project = async (name: string): Promise<string> => {
      const token = await pod.rotate()
      await mkdir(join(folder, name))
      await writeFile(join(folder, name, 'token'), token)
      await symlink(name, join(folder, '..data_tmp'))
      await rename(join(folder, '..data_tmp'), join(folder, '..data'))
      return token
    }
    const tokens = [await project('..1')]
    await rm(file)
    await symlink(join('..data', 'token'), file)
    await using credential = new WorkloadIdentityCredential({ ...world.options({ ...pod.env }), tokenFilePath: file })
    await credential.getToken(scope)
    tokens.push(await project('..2'))
    await credential.getToken(scope, { claims: '{}' })
    expect(world.emulator.requests.map(({ form }) => form.client_assertion)).toEqual(tokens)
  })
})

test('the default chain signs in with it, and gets the reason if that fails', async () => {
  const pod = await world.emulator.kubernetes({ serviceAccount: 'chained', namespace: 'shop', app: 'app' })
  const options = world.options({ ...pod.env })
  await using credential = new DefaultAzureCredential(options)
  expect(await credential.getTokenInfo(scope)).toMatchObject({ credential: 'WorkloadIdentityCredential' })
  await using other = new DefaultAzureCredential({
    ...world.options({ AZURE_TENANT_ID: tenantId }),
    ...withoutMachine,
  })
  const error = await failure(other.getToken(scope))
  expect(error.message).toContain('clientId and tokenFilePath are required parameters')
})
