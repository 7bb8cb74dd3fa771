import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type DirectoryDeclaration, startEmulator } from '../src/index.ts'
import { clientId, contoso, secret, tenantId } from './contoso.ts'
import { issuedToken } from './token-request.ts'

const tenants = [{ id: tenantId }]
const app = { name: 'web', clientId, tenantId }
const user = { objectId: clientId, username: 'ada@contoso.example', password: 'p' }

describe('a directory is refused, with place, fault and remedy, when', () => {
  test.for<[string, unknown, string]>([
    ['it is no object', [], 'directory is an array. It must be an object.'],
    ['it has no tenant', { tenants: [], apps: [] }, 'tenants is empty. Declare at least one: { id: <GUID> }.'],
    ['a field is misspelt', { tenant: [] }, 'directory has no field "tenant". Its fields are: tenants, apps, '],
    ['a list is none', { tenants: {} }, 'tenants is of type object. It must be an array.'],
    ['an id is no GUID', { tenants: [{ id: 'abc' }] }, 'tenants[0].id "abc" is not a GUID. Write it as xxxxxxxx-'],
    ['an id is missing', { tenants: [{}] }, 'tenants[0].id is missing. Write it as xxxxxxxx-'],
    ['a domain is none', { tenants: [{ id: tenantId, domains: ['a b'] }] }, 'domains[0] "a b" is not a domain name.'],
    [
      'a name is empty',
      { tenants, apps: [{ ...app, name: '' }] },
      'apps[0].name is empty. It must be a non-empty string.',
    ],
    ['a home is unknown', { tenants, apps: [{ ...app, tenantId: 'x' }] }, 'tenantId "x" is not a declared tenant.'],
    [
      'a tenant is unknown',
      { tenants, apps: [{ ...app, tenants: ['y'] }] },
      'tenants[0] "y" is not a declared tenant.',
    ],
    [
      'an app is there twice',
      { tenants, apps: [app, { ...app, name: 'b' }] },
      `declares the clientId "${clientId}" twice.`,
    ],
    [
      'a secret has no value',
      { tenants, apps: [{ ...app, secrets: [{}] }] },
      'secrets[0].value is missing. It must be a non-empty string.',
    ],
    ['a date is none', { tenants, apps: [{ ...app, secrets: [{ value: 'v', expiresAt: 'soon' }] }] }, 'is not a date.'],
    [
      'a life is zero',
      { tenants, apps: [{ ...app, tokenLifetimeSeconds: 0 }] },
      'is 0. It must be a positive integer.',
    ],
    [
      'a switch is none',
      { tenants, apps: [{ ...app, disabled: 'no' }] },
      'disabled is of type string. It must be true or false.',
    ],
    ['a code is unknown', { tenants, apps: [{ ...app, refuse: 1 }] }, 'refuse 1 is not in the catalogue.'],
    [
      'a certificate is none',
      { tenants, apps: [{ ...app, certificates: [{ certificate: 'x' }] }] },
      'certificates[0] is not a certificate. Write it as PEM',
    ],
    [
      'a federated credential has no subject',
      { tenants, apps: [{ ...app, federatedCredentials: [{ issuer: 'https://x.example' }] }] },
      'federatedCredentials[0].subject is missing. It must be a non-empty string.',
    ],
    ['a word is none of its kind', { tenants, apps: [{ ...app, consent: 'no' }] }, "Use 'granted' or 'required'."],
    [
      'a policy’s code is unknown',
      { tenants, apps: [{ ...app, conditionalAccess: { code: 1 } }] },
      'conditionalAccess.code 1 is not in the catalogue.',
    ],
    [
      'a resource has no id',
      { tenants, resources: [{}] },
      'resources[0].id is missing. It must be a non-empty string.',
    ],
    [
      'a user has no home',
      { tenants: [{ id: tenantId }, { id: clientId }], users: [user] },
      'users[0].tenantId is missing.',
    ],
  ])('%s', async ([, directory, message]) => {
    const starting = startEmulator({ directory: directory as DirectoryDeclaration })
    const error = await starting.catch((refused: unknown) => refused)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain('Emulator directory: ')
    expect(String(error)).toContain(message)
  })
})

test('a complaint never quotes a secret', async () => {
  const secrets = [{ value: 'hush', expiresAt: 'hush', keyId: 'k' }]
  const starting = startEmulator({ directory: { tenants, apps: [{ ...app, secrets }] } })
  await expect(starting).rejects.not.toThrow('hush')
})

test('is one tenant with the app demo when nothing is declared', async () => {
  await using emulator = await startEmulator()
  await using another = await startEmulator()
  const env = emulator.env()
  const form = { client_id: env.AZURE_CLIENT_ID, client_secret: env.AZURE_CLIENT_SECRET }
  const { claims } = await issuedToken(emulator, form, { path: `/${env.AZURE_TENANT_ID}/oauth2/v2.0/token` })
  expect(claims.appid).toBe(env.AZURE_CLIENT_ID)
  expect(another.env('demo').AZURE_CLIENT_SECRET).not.toBe(env.AZURE_CLIENT_SECRET)
})

describe('the environment of an app', () => {
  test('is given by name, client id or position', async () => {
    await using emulator = await startEmulator({ directory: contoso })
    const expected = {
      AZURE_TENANT_ID: tenantId,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: secret,
      AZURE_AUTHORITY_HOST: emulator.url,
      NODE_EXTRA_CA_CERTS: emulator.ca.bundlePath,
    }
    expect(emulator.env()).toEqual(expected)
    expect(emulator.env('web')).toEqual(expected)
    expect(emulator.env(clientId.toUpperCase())).toEqual(expected)
  })

  test('is refused for an app that is not declared', async () => {
    await using emulator = await startEmulator({ directory: contoso })
    expect(() => emulator.env('nope')).toThrow(
      'no app is called "nope". Declared apps: web, disabled, refused, everywhere.',
    )
  })
})

describe('a directory file', () => {
  test('is read as the same declaration', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emulator-test-'))
    const path = join(folder, 'directory.json')
    await writeFile(path, `\uFEFF${JSON.stringify(contoso)}`)
    await using emulator = await startEmulator({ directory: path })
    expect(emulator.env('web').AZURE_CLIENT_SECRET).toBe(secret)
    await rm(folder, { recursive: true })
  })

  test('that is missing or no JSON is named', async () => {
    await expect(startEmulator({ directory: '/nowhere.json' })).rejects.toThrow(
      'the file "/nowhere.json" cannot be read (ENOENT). Check its path.',
    )
    const own = new URL(import.meta.url).pathname
    await expect(startEmulator({ directory: own })).rejects.toThrow(
      `${own}:1:1 is not valid JSON: a value is expected here.`,
    )
  })
})
