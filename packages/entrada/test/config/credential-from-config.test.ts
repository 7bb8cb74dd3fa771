import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseProfile, credentialFromConfig, openConfig, setTrusted } from 'entrada/config'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { clientId, createWorld, failure, recognisableSecret, scope, tenantId, type World } from '../world.ts'

let world: World
let root: string
let own: string
let project: string
let env: Record<string, string>

beforeAll(async () => {
  world = await createWorld()
})

afterAll(() => world.close())

beforeEach(async () => {
  world.reset()
  root = await realpath(await mkdtemp(join(tmpdir(), 'entrada-config-')))
  own = join(root, '.config/entrada')
  project = join(root, 'project')
  await mkdir(own, { recursive: true })
  await mkdir(project)
  env = { HOME: root, APP_SECRET: recognisableSecret }
  return () => rm(root, { recursive: true, force: true })
})

const app = { credential: 'ClientSecretCredential', tenantId, clientId, clientSecret: { env: 'APP_SECRET' } }

async function put(folder: string, name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  return path
}

test('a profile of the user’s own configuration signs in', async () => {
  await put(own, 'config.json', {
    defaultProfile: 'app',
    profiles: { app: { ...app, authorityHost: world.emulator.url }, other: app },
  })
  const { authorityHost: _, ...options } = world.options(env)
  await using credential = await credentialFromConfig({}, options)
  expect((await credential.getToken(scope)).token).toBeTruthy()
  const error = await failure(credentialFromConfig({ profile: 'nobody' }, world.options(env)))
  expect(error.message).toContain('there is no profile "nobody". Known: app, other.')
})

test('an error names file, line and column', async () => {
  const path = await put(
    own,
    'config.json',
    '{\n  "profiles": {\n    "app": {\n      "credential": "AzureCliCredential",\n      "tenantIdd": "x"\n    }\n  }\n}',
  )
  expect((await failure(credentialFromConfig({}, world.options(env)))).message).toBe(
    `${path}:5:7: profiles.app.tenantIdd is not known. Did you mean tenantId?`,
  )
})

test.each([
  ['{ "profiles": { } ', /:1:19: the file ends too soon\./],
  ['{ "profiles": 1 }', /:1:15: profiles must be an object\./],
  ['{ "profiles": {}, "profiles": {} }', /:1:19: the field "profiles" is here twice\./],
  ["{ 'profiles': {} }", /:1:3: this is not JSON\./],
  ['{} {}', /:1:4: something follows the end\./],
  ['{ "profile": {} }', /:1:3: "profile" is not known\./],
  ['{ "profiles": { "../x": {} } }', /:1:17: "\.\.\/x" is not a name of a profile/],
  ['{ "defaultProfile": "x" }', /:1:21: defaultProfile names "x", which is not a profile\./],
  [`${'['.repeat(100_000)}`, /nested too deeply/],
  [
    `{ "profiles": { "a": { "credential": "ClientSecretCredential", "clientSecret": "${recognisableSecret}" } } }`,
    /clientSecret is a secret, which must not be written here/,
  ],
])('%.40s is one error with its place, which repeats no secret', async (text, expected) => {
  await put(own, 'config.json', text)
  const error = await failure(credentialFromConfig({}, world.options(env)))
  expect(error).toBeInstanceOf(TypeError)
  expect(error.message).toMatch(expected)
  expect(error.message).not.toContain(recognisableSecret)
})

const find = (cwd: string): ReturnType<typeof openConfig> => openConfig({ cwd }, { env })

test('a project’s file is not read because it stands there, nor one in a folder above', async () => {
  await put(project, 'entrada.config.json', { profiles: { evil: { credential: 'AzureCliCredential' } } })
  const below = join(project, 'below')
  await mkdir(below)
  const found = await find(project)
  expect(found).toEqual({
    files: [],
    passedOver: { path: join(project, 'entrada.config.json'), reason: 'not trusted' },
  })
  expect(await find(below)).toEqual({ files: [] })
})

test('a trusted file counts as it was, and no longer when it has changed', async () => {
  const text = JSON.stringify({ profiles: { here: { credential: 'AzureCliCredential', tenantId } } })
  const path = await put(project, 'entrada.config.json', text)
  await setTrusted(own, path, Buffer.from(text), {
    files: (await import('../../src/runtime/files/files.ts')).localFiles,
  })
  expect(chooseProfile(await find(project), undefined)?.name).toBe('here')
  await put(project, 'entrada.config.json', `${text} `)
  expect((await find(project)).passedOver?.reason).toBe('changed since it was trusted')
})

test('a link in the place of a project’s file is not followed, and keeps nobody from his own configuration', async () => {
  const { symlink } = await import('node:fs/promises')
  const target = await put(root, 'elsewhere.json', { profiles: {} })
  await symlink(target, join(project, 'entrada.config.json'))
  expect(await find(project)).toEqual({
    files: [],
    passedOver: { path: join(project, 'entrada.config.json'), reason: 'not a file that can be read' },
  })
})

/** What a repository that somebody cloned could put into its file, to have a secret sent to its author. */
const attacks: [string, object, RegExp][] = [
  [
    'an authority of its own',
    {
      ...app,
      clientSecret: undefined,
      credential: 'EnvironmentCredential',
      tenantId: undefined,
      clientId: undefined,
      authorityHost: 'https://evil.example',
    },
    /authorityHost is none of https:\/\/login/,
  ],
  [
    'an authority that looks like Microsoft’s',
    { credential: 'EnvironmentCredential', authorityHost: 'https://login.microsoftonline.com@evil.example' },
    /authorityHost is none of/,
  ],
  [
    'an authority on storage that anybody can rent',
    { credential: 'EnvironmentCredential', authorityHost: 'https://evil.blob.core.windows.net' },
    /authorityHost is none of/,
  ],
  [
    'an authority by a variable',
    { credential: 'EnvironmentCredential', authorityHost: { env: 'EVIL' } },
    /authorityHost\.env is allowed in your own/,
  ],
  ['a secret by a variable', { ...app }, /clientSecret\.env is allowed in your own/],
  [
    'a secret by a file',
    { ...app, clientSecret: { file: '/etc/shadow' } },
    /clientSecret\.file is allowed in your own/,
  ],
  [
    'an id by a variable, which a server would see',
    { credential: 'AzureCliCredential', tenantId: { env: 'SECRET' } },
    /tenantId\.env is allowed in your own/,
  ],
  [
    'a file as an assertion',
    { credential: 'WorkloadIdentityCredential', tokenFilePath: '/home/ada/.ssh/id_rsa' },
    /tokenFilePath is allowed in your own/,
  ],
  [
    'a key of the user',
    { credential: 'CertificateCredential', tenantId, clientId, certificatePath: '/home/ada/key.pem' },
    /certificatePath is allowed in your own/,
  ],
  [
    'a proxy',
    { credential: 'EnvironmentCredential', proxyOptions: { host: 'evil.example', port: 1 } },
    /proxyOptions is allowed in your own/,
  ],
  [
    'plain http',
    { credential: 'EnvironmentCredential', allowInsecureConnection: true },
    /allowInsecureConnection is allowed in your own/,
  ],
  [
    'a store in its own folder',
    { credential: 'EnvironmentCredential', storeFolder: '.' },
    /storeFolder is allowed in your own/,
  ],
  [
    'the same in a chain',
    [{ credential: 'EnvironmentCredential', authorityHost: 'http://localhost:1' }] as never,
    /authorityHost is none of/,
  ],
]

test.each(attacks)(
  'a file that was named, but is not the user’s own, may not hold %s',
  async (_, profile, expected) => {
    const path = await put(project, 'entrada.config.json', { profiles: { evil: profile } })
    const options = world.options(env)
    for (const open of [
      () => credentialFromConfig({ file: path }, options),
      () =>
        credentialFromConfig({}, {
          ...options,
          host: { ...options.host, env: { ...env, ENTRADA_CONFIG: path } },
        } as never),
    ]) {
      const error = await failure(open())
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(expected)
    }
    expect(world.emulator.requests).toHaveLength(0)
  },
)

test('a relative XDG_CONFIG_HOME, which would be a folder that was merely entered, does not count', async () => {
  await mkdir(join(project, 'entrada'))
  await put(join(project, 'entrada'), 'config.json', { profiles: { evil: { credential: 'AzureCliCredential' } } })
  expect(await openConfig({ cwd: project }, { env: { ...env, XDG_CONFIG_HOME: '.' } })).toEqual({ files: [] })
})
