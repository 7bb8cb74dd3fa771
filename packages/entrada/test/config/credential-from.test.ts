import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as entrada from 'entrada'
import { type CredentialDescription, credentialFields, credentialFrom } from 'entrada/config'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  clientId,
  createWorld,
  failure,
  otherTenantId,
  recognisableSecret,
  scope,
  tenantId,
  type World,
} from '../world.ts'

let world: World
let folder: string

beforeAll(async () => {
  world = await createWorld()
  folder = await mkdtemp(join(tmpdir(), 'entrada-described-'))
})

afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

const app = { credential: 'ClientSecretCredential', tenantId, clientId } as const
const within = (env: Record<string, string>): entrada.TokenCredentialOptions => world.options({ ...world.env, ...env })

async function tokenOf(description: CredentialDescription, env: Record<string, string> = {}): Promise<string> {
  await using credential = await credentialFrom(description, within(env))
  return (await credential.getToken(scope)).token
}

test('a secret comes from a variable or a file, without the line break at its end', async () => {
  const file = join(folder, 'secret')
  await writeFile(file, `${recognisableSecret}\n`)
  expect(
    await tokenOf({ ...app, clientSecret: { env: 'APP_SECRET' } }, { APP_SECRET: `${recognisableSecret}\n` }),
  ).toBeTruthy()
  expect(await tokenOf({ ...app, clientSecret: { file } })).toBeTruthy()
})

test('a list is a chain, and its members get the options of the call', async () => {
  await using credential = await credentialFrom(
    [{ ...app, clientSecret: { env: 'APP_SECRET' } }],
    within({ APP_SECRET: recognisableSecret }),
  )
  expect(credential).toBeInstanceOf(entrada.ChainedTokenCredential)
  expect((await credential.getTokenInfo(scope)).credential).toBe('ClientSecretCredential')
})

test('a member that cannot be used here is passed over, even where its constructor says so', async () => {
  const chain = [
    { credential: 'GitHubActionsCredential', tenantId, clientId },
    { ...app, clientSecret: { env: 'S' } },
  ] as const
  expect(await tokenOf(chain, { S: recognisableSecret })).toBeTruthy()
})

test('a certificate in base64, with lines or without, is as good as a file', async () => {
  const certificate = { credential: 'CertificateCredential', tenantId, clientId } as const
  const pem = Buffer.from(world.certificate.pem)
  const lines = pem.toString('base64').replace(/.{76}/g, '$&\n')
  expect(await tokenOf({ ...certificate, certificateBase64: { env: 'PFX' } }, { PFX: lines })).toBeTruthy()
  await using byOption = new entrada.CertificateCredential(
    tenantId,
    clientId,
    { certificateBase64: pem.toString('base64') },
    world.options(),
  )
  expect((await byOption.getToken(scope)).token).toBeTruthy()
  expect(() => new entrada.CertificateCredential(tenantId, clientId, { certificateBase64: '§' })).toThrow(
    'CertificateCredential: certificateBase64 is not base64. Pass { certificatePath }',
  )
})

test('expect works as the option does', async () => {
  const error = await failure(
    tokenOf({ ...app, clientSecret: { env: 'S' }, expect: { tenantId: otherTenantId } }, { S: recognisableSecret }),
  )
  expect(error).toBeInstanceOf(entrada.AuthenticationError)
})

test.each<[string, unknown, string]>([
  [
    'a secret in plain text',
    { ...app, clientSecret: recognisableSecret },
    'clientSecret is a secret, which must not be written here.',
  ],
  [
    'an unknown field',
    { ...app, tenantID: 'x', clientSecret: { env: 'S' } },
    'tenantID is not known. Did you mean tenantId?',
  ],
  ['a missing field', app, 'clientSecret is missing.'],
  ['no credential', {}, 'credential is missing. It is the name of a class'],
  [
    'an unknown credential',
    { credential: 'MagicCredential' },
    'credential "MagicCredential" is not known. Known: ClientSecretCredential,',
  ],
  [
    'one that takes a user’s token',
    { credential: 'OnBehalfOfCredential' },
    'credential "OnBehalfOfCredential" cannot be described as data.',
  ],
  [
    'a wrong type',
    { credential: 'AzureCliCredential', processTimeoutInMs: '10' },
    'processTimeoutInMs is "10"; it must be a number of 0 or more.',
  ],
  ['an empty chain', [], 'is an empty list; a chain needs at least one member.'],
  [
    'an unknown expectation',
    { credential: 'AzureCliCredential', expect: { tenant: tenantId } },
    'expect.tenant is not known. Did you mean tenantId?',
  ],
  [
    'an expectation of another form',
    { credential: 'AzureCliCredential', expect: { tenantId: 'contoso.com' } },
    'expect.tenantId is "contoso.com"; it must be an id (a GUID).',
  ],
  [
    'an expectation of a wrong type',
    { credential: 'AzureCliCredential', expect: { username: 7 } },
    'expect.username is 7; it must be a non-empty string.',
  ],
  [
    'an empty expectation',
    { credential: 'AzureCliCredential', expect: {} },
    'expect is empty; it must have at least one of tenantId, clientId, objectId, username.',
  ],
  [
    'a reference of two kinds',
    { ...app, clientSecret: { env: 'A', file: 'b' } },
    'clientSecret must be { "env": "NAME" } or { "file": "path" }.',
  ],
  [
    'a variable that is not set',
    { ...app, clientSecret: { env: 'NOT_THERE' } },
    'clientSecret names the variable NOT_THERE, which is not set.',
  ],
  [
    'a file that is not there',
    { ...app, clientSecret: { file: '/nowhere' } },
    'clientSecret names the file "/nowhere", which cannot be read (ENOENT).',
  ],
  [
    'a member of a chain',
    [{ credential: 'AzureCliCredential' }, { credential: 'X' }],
    '[1].credential "X" is not known.',
  ],
  ['itself', Object.assign([], { length: 0 }), 'is an empty list'],
])('%s is one error that names the field', async (_, description, message) => {
  const error = await failure(credentialFrom(description as never, within({})))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toContain(`credentialFrom: ${message}`)
  expect(error.message).not.toContain(recognisableSecret)
})

test('the name of a user is refused where the credential is of an application, and a reference to what is no id', async () => {
  const withName = { ...app, clientSecret: { env: 'S' }, expect: { username: 'ada@contoso.com' } }
  const error = await failure(credentialFrom(withName as never, within({ S: recognisableSecret })))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toContain('expect.username is for users')
  const named = { credential: 'AzureCliCredential', expect: { tenantId: { env: 'T' } } } as const
  const wrong = await failure(credentialFrom(named, within({ T: 'contoso.com' })))
  expect(wrong).toBeInstanceOf(TypeError)
  expect(wrong.message).toContain('expect.tenantId is "contoso.com"; it must be an id (a GUID).')
})

test('every credential that is exported can be described, or it says that it cannot', async () => {
  const exported = Object.keys(entrada).filter((name) => /^[A-Z]\w*Credential$/.test(name))
  const rest = exported.filter((name) => !Object.hasOwn(credentialFields, name))
  for (const name of rest)
    expect((await failure(credentialFrom({ credential: name } as never))).message).toContain(
      'cannot be described as data',
    )
  expect(rest.length).toBeLessThan(6)
})

test('every field of the table reaches the constructor under a name that it knows', async () => {
  const warnings: string[] = []
  const job = {
    S: 'secret',
    SYSTEM_OIDCREQUESTURI: 'https://pipelines.example',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://actions.example',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'token',
  }
  const onEvent = (event: entrada.EntradaEvent): void => {
    if (event.type === 'warning' && event.message.includes('is not known here')) warnings.push(event.message)
  }
  const samples = {
    string: '11111111-1111-4111-8111-111111111111',
    boolean: false,
    number: 1,
    strings: ['*'],
    secret: { env: 'S' },
  }
  for (const [credential, fields] of Object.entries(credentialFields)) {
    const given = Object.entries(fields).flatMap(([name, { is }]) =>
      typeof is === 'object' ||
      is === 'record' ||
      /^(certificate|objectId|resourceId|redirectUri)|Proxy|managedIdentity(Object|Resource)Id/.test(name)
        ? []
        : [[name, samples[is]] as const],
    )
    const extra =
      credential === 'CertificateCredential'
        ? { certificatePath: 'x.pem' }
        : credential === 'ClientAssertionCredential'
          ? { managedIdentity: {} }
          : {}
    const description = { credential, ...Object.fromEntries(given), ...extra }
    await (await credentialFrom(description as never, { ...within(job), onEvent })).close()
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings).toEqual([])
})

test('the schema is in the package, under the name that the documentation gives', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(manifest.exports['./config.schema.json']).toBe('./config.schema.json')
  expect(manifest.files).toContain('config.schema.json')
})
