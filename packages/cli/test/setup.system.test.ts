import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { recognisableSecret } from './app.ts'
import { buildProgram, type Finished, type Program } from './program.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program
let home: string

beforeAll(async () => {
  program = await buildProgram()
})

beforeEach(async () => {
  await mkdir(program.home, { recursive: true })
  home = await mkdtemp(join(program.home, 'of-'))
})

afterEach(() => rm(home, { recursive: true, force: true }))

const setup = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
  program.run(['setup', ...args], { env: { ...foreign, HOME: home, ...env }, cwd: home })

/** Variables by which the tools would be configured elsewhere than in their home. */
const foreign: NodeJS.ProcessEnv = Object.fromEntries(
  [
    'DOCKER_CONFIG',
    'GIT_CONFIG_GLOBAL',
    'KUBECONFIG',
    'NPM_CONFIG_USERCONFIG',
    'npm_config_userconfig',
    'PGSERVICEFILE',
  ].map((name) => [name, undefined]),
)

async function setUp(...args: readonly string[]): Promise<string> {
  const { code, output, errors } = await setup(args)
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  return output
}

async function put(name: string, text: string): Promise<string> {
  const path = join(home, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  return path
}

/** Profiles of the person whose home it is. */
async function signedIn(...names: readonly string[]): Promise<void> {
  const profiles = Object.fromEntries(names.map((name) => [name, { credential: 'AzureCliCredential' }]))
  await put('.config/entrada/config.json', JSON.stringify({ profiles }))
}

const textOf = (name: string): Promise<string> => readFile(join(home, name), 'utf8')

const kubeconfig = `apiVersion: v1
# Of the team; do not sort.
clusters:
- cluster: { server: "https://a.example" }
  name: a
contexts:
- context:
    cluster: a
    user: "ada"   # with a certificate
  name: dev
- name: prod
  context:
    cluster: a
    namespace: shop
current-context: dev
kind: Config
users:
- name: ada
  user:
    token: ${recognisableSecret}
preferences: {}
`

/** What each tool finds, and how it is set up. */
const cases: Record<string, { file: string; args: readonly string[]; texts: Record<string, string> }> = {
  kubectl: {
    file: '.kube/config',
    args: ['kubectl', '--api-version', 'v1'],
    texts: {
      'with comments': kubeconfig,
      'without a line break at its end': kubeconfig.replace('preferences: {}\n', '').trimEnd(),
      'without users': 'apiVersion: v1\nkind: Config\nusers: []\ncontexts: null\n',
      'with users that are null': 'kind: Config\nusers: null # none\n',
      'without the word users': 'kind: Config\ncurrent-context: dev\n',
      'with an indented list': 'users:\n    - name: a\n      user: {}\n    # last\ncontexts: []\n',
      'with line breaks of Windows': kubeconfig.replaceAll('\n', '\r\n'),
      'that is empty': '',
      'in JSON': JSON.stringify(parse(kubeconfig), null, 2),
      'in a line of JSON': JSON.stringify(parse(kubeconfig)),
      'in JSON without users': '{\n    "kind": "Config",\n    "users": []\n}\n',
    },
  },
  docker: {
    file: '.docker/config.json',
    args: ['docker', '--registry', 'shop.azurecr.io'],
    texts: {
      'as docker writes it': `{\n\t"auths": {\n\t\t"shop.azurecr.io": {\n\t\t\t"auth": "${recognisableSecret}"\n\t\t}\n\t}\n}`,
      'with helpers': '{\n  "credHelpers": {\n    "gcr.io": "gcloud"\n  },\n  "credsStore": "pass"\n}\n',
      'with another helper for it': '{"credHelpers":{"shop.azurecr.io":"acr-env"}}',
      'with no helpers': '{ "credHelpers": {} }\n',
      'with line breaks of Windows': '{\r\n  "auths": {}\r\n}\r\n',
      'with nothing': '{}',
    },
  },
  git: {
    file: '.gitconfig',
    args: ['git'],
    texts: {
      'with comments':
        '[user]\n\tname = Ada # me\n[credential "https://dev.azure.com"]\n\tuseHttpPath = true\n\n; end\n',
      'with another helper':
        '[credential]\n\thelper = store\n[credential "https://dev.azure.com"]\n\thelper = manager\n',
    },
  },
  npm: {
    file: '.npmrc',
    args: ['npm', '--registry', 'https://pkgs.dev.azure.com/o/_packaging/f/npm/registry/'],
    texts: {
      'with a token': `; mine\n//registry.example/:_authToken=${recognisableSecret}\n\n[section]\na=b`,
      'with nothing': '',
    },
  },
  psql: {
    file: '.pg_service.conf',
    args: ['psql', '--host', 'db.example', '--user', 'ada@contoso.com', '--database', 'shop'],
    texts: { 'with a service': `# ours\n\n[other]\nhost=a\npassword=${recognisableSecret}` },
  },
  terraform: { file: 'entrada.azurerm.tfbackend', args: ['terraform'], texts: {} },
}

describe.each(Object.entries(cases))('setup %s', (_tool, { file, args, texts }) => {
  test.each(Object.entries(texts))(
    'writes into a file %s, once, and --undo restores it to the byte',
    async (_, text) => {
      const path = await put(file, text)
      await chmod(path, 0o640)
      const { output: shown } = await setup([...args, '--dry-run'])
      expect(shown).toMatch(/^--- /)
      expect(shown).toMatch(/^\+/m)
      expect(shown).not.toContain(recognisableSecret)
      expect(await textOf(file)).toBe(text)
      await setUp(...args)
      const written = await textOf(file)
      expect(written).not.toBe(text)
      expect((await stat(path)).mode & 0o777).toBe(0o640)
      await setUp(...args)
      expect(await textOf(file)).toBe(written)
      await setUp(args[0] ?? '', '--undo')
      expect(await textOf(file)).toBe(text)
    },
  )

  test('makes a file that is not there, for its user alone, and --undo removes it', async () => {
    await setUp(...args, '--dry-run')
    expect(await readdir(home)).toEqual([])
    await setUp(...args)
    expect((await stat(join(home, file))).mode & 0o033).toBe(0)
    expect(await setUp(args[0] ?? '', '--undo', '--dry-run')).toMatch(/^-/m)
    expect(await readdir(home)).toHaveLength(2)
    await setUp(args[0] ?? '', '--undo')
    expect(await readdir(home)).toEqual(['.config'])
    await setUp(args[0] ?? '', '--undo')
    expect(await readdir(home)).toEqual(['.config'])
  })

  test('leaves a symbolic link, and writes what it leads to', async () => {
    const path = await put('dotfiles/config', Object.values(texts)[0] ?? '')
    if (Object.keys(texts).length === 0) await rm(path)
    await mkdir(dirname(join(home, file)), { recursive: true })
    await symlink(path, join(home, file))
    await setUp(...args)
    expect((await lstat(join(home, file))).isSymbolicLink()).toBe(true)
    expect(await readFile(path, 'utf8')).not.toBe(Object.values(texts)[0])
  })
})

test.each([
  ['.kube/config', 'users: [\n', ['kubectl'], /:2:1 is not YAML that can be edited: /],
  ['.kube/config', '- a\n', ['kubectl'], /\.kube\/config is YAML, but not an object\./],
  ['.docker/config.json', '{"a":1,}', ['docker', '--registry', 'a.azurecr.io'], /config\.json is not JSON\./],
  ['.docker/config.json', '', ['docker', '--registry', 'a.azurecr.io'], /config\.json is not JSON\./],
  ['.gitconfig', '[user\n', ['git'], /git cannot read its configuration: .*bad config line 1/],
  [
    '.pg_service.conf',
    '[a]\nnonsense\n',
    ['psql', '--host', 'a', '--user', 'b'],
    /:2 is not a line of a service file\./,
  ],
  ['.npmrc', '\u{dc00}', ['npm', '--registry', 'https://a.example/'], /\.npmrc is not text in UTF-8\./],
  [
    '.npmrc',
    'globalconfig=/etc/npmrc\n',
    ['npm', '--registry', 'https://a.example/'],
    /names a global configuration already\./,
  ],
  ['entrada.azurerm.tfbackend', 'key = "a"\n', ['terraform'], /is there already, and not from entrada\./],
])('%s with %j is one error, and stays as it is', async (file, text, args, expected) => {
  const bytes = text === '\u{dc00}' ? Buffer.from([0x61, 0xff]) : Buffer.from(text)
  const path = await put(file, '')
  await writeFile(path, bytes)
  const { code, output, errors } = await setup(args)
  expect(errors).toMatch(expected)
  expect(errors).toMatch(/^entrada: .+\n$/)
  expect(output).toBe('')
  expect(code).toBeGreaterThan(0)
  expect(await readFile(path)).toEqual(bytes)
})

test('an error about a file does not quote what stands in it', async () => {
  await put('.kube/config', `users:\n- name: a\n  token: ${recognisableSecret}: [\n`)
  const { errors } = await setup(['kubectl'])
  expect(errors).toContain('is not YAML')
  expect(errors).not.toContain(recognisableSecret)
})

test('kubectl gets a user with a plug-in, and its current context that user', async () => {
  await signedIn('work')
  await put('.kube/config', kubeconfig)
  await setUp(
    'kubectl',
    '--api-version',
    'v1',
    '--profile',
    'work',
    '--server-id',
    '33333333-3333-4333-8333-333333333333',
  )
  const { users, contexts } = parse(await textOf('.kube/config'))
  expect(contexts[0].context).toEqual({ cluster: 'a', user: 'entrada' })
  expect(contexts[1].context.user).toBe(undefined)
  expect(users[1].user.exec).toMatchObject({
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'entrada',
    args: ['token', '33333333-3333-4333-8333-333333333333/.default', '-o', 'exec-credential', '--profile', 'work'],
    interactiveMode: 'Never',
  })
  await setUp('kubectl', '--api-version', 'v1beta1', '--context', 'prod')
  const again = parse(await textOf('.kube/config'))
  expect(again.contexts[1].context).toEqual({ cluster: 'a', namespace: 'shop', user: 'entrada' })
  expect(again.users).toHaveLength(2)
  expect(again.users[1].user.exec).toEqual({
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'entrada',
    args: ['token', '6dae42f8-4368-4678-94ff-3960e28e3630/.default', '-o', 'exec-credential'],
    installHint: expect.any(String),
  })
  await setUp('kubectl', '--undo')
  expect(await textOf('.kube/config')).toBe(kubeconfig)
})

test('kubectl: what somebody has changed since stays', async () => {
  await put('.kube/config', kubeconfig)
  await setUp('kubectl')
  const changed = (await textOf('.kube/config')).replace('user: entrada', 'user: eve')
  await put('.kube/config', changed)
  await setUp('kubectl', '--undo')
  expect(await textOf('.kube/config')).toBe(kubeconfig.replace('"ada"', 'eve'))
})

test('kubectl: of several files the one with the context is written', async () => {
  const paths = [await put('a', 'kind: Config\ncurrent-context: dev\n'), await put('b', kubeconfig)]
  const env = { KUBECONFIG: paths.join(process.platform === 'win32' ? ';' : ':') }
  expect(await setup(['kubectl'], env)).toMatchObject({ code: 0, errors: '' })
  expect(await textOf('a')).toBe('kind: Config\ncurrent-context: dev\n')
  expect(await textOf('b')).toContain('name: entrada')
})

test('kubectl: a user of this name that is another’s, and a context that is not there, are refused', async () => {
  await put('.kube/config', kubeconfig)
  expect((await setup(['kubectl', '--user', 'ada'])).errors).toContain('has another user "ada". Name one')
  expect((await setup(['kubectl', '--context', 'test'])).errors).toContain('no context "test". There are: dev, prod.')
  expect(await textOf('.kube/config')).toBe(kubeconfig)
})

test('docker: several registries are set up one by one, and taken back one by one', async () => {
  await put('.docker/config.json', '{\n\t"auths": {}\n}')
  await setUp('docker', '--registry', 'a.azurecr.io')
  await setUp('docker', '--registry', 'b.azurecr.io')
  expect(JSON.parse(await textOf('.docker/config.json')).credHelpers).toEqual({
    'a.azurecr.io': 'entrada',
    'b.azurecr.io': 'entrada',
  })
  await setUp('docker', '--undo', '--registry', 'a.azurecr.io')
  expect(JSON.parse(await textOf('.docker/config.json')).credHelpers).toEqual({ 'b.azurecr.io': 'entrada' })
  await setUp('docker', '--undo')
  expect(await textOf('.docker/config.json')).toBe('{\n\t"auths": {}\n}')
})

test.for(['', '\n', '\n\n  \n', '\r\n'])(
  'git: what its file ended with is there again (%j), unless it was changed',
  async (end) => {
    const former = `[user]\n\tname = a\n[credential "https://dev.azure.com"]\n\tuseHttpPath = true${end}`
    await put('.gitconfig', former)
    await setUp('git')
    await signedIn('b')
    await setUp('git', '--profile', 'b')
    await setUp('git', '--undo')
    expect(await textOf('.gitconfig')).toBe(former)
    await setUp('git')
    await put('.gitconfig', `${await textOf('.gitconfig')}[core]\n\teditor = vi\n`)
    await setUp('git', '--undo')
    expect(await textOf('.gitconfig')).toMatch(/\[core\]\n\teditor = vi\n$/)
  },
)

test('git: the profile is in the helper, others are reset before it, and another profile takes its place', async () => {
  await put('.gitconfig', '[credential "https://git.example"]\n\thelper = \n\thelper = manager\n')
  const values = async () => [...(await textOf('.gitconfig')).matchAll(/^\thelper = (.*)$/gm)].map(([, value]) => value)
  await signedIn('a', 'b')
  await setUp('git', '--host', 'git.example', '--scope', 'arm', '--profile', 'a')
  const helper = 'entrada --host git.example --scope https://management.azure.com/.default --profile'
  expect(await values()).toEqual(['', 'manager', '', `${helper} a`])
  await setUp('git', '--host', 'git.example', '--scope', 'arm', '--profile', 'b')
  expect(await values()).toEqual(['', 'manager', '', `${helper} b`])
  await setUp('git', '--undo')
  expect(await values()).toEqual(['', 'manager'])
})

test('npm and psql get the line that keeps the token, and no token', async () => {
  await signedIn('work')
  const npm = await setUp('npm', '--registry', 'https://r.example/npm', '--profile', 'work')
  const kept = join(home, '.config/entrada/kept')
  expect(npm).toBe(
    `# Keeps the token, for as long as it runs:\nentrada keep --scope devops -o npmrc --registry https://r.example/npm --file ${kept}/npmrc --profile work &\n`,
  )
  expect((await stat(kept)).mode & 0o777).toBe(0o700)
  const psql = await setUp('psql', '--host', 'db.example', '--user', 'it’s@contoso.com'.replace('’', "'"))
  expect(psql).toContain(`--user 'it'\\''s@contoso.com' --file ${kept}/pgpass-entrada &\npsql service=entrada\n`)
  expect(await textOf('.pg_service.conf')).toBe(
    `[entrada]\nhost=db.example\nuser=it's@contoso.com\nsslmode=require\npassfile=${kept}/pgpass-entrada\n`,
  )
})

test.each([
  [['vault'], /unknown tool "vault"\. There are kubectl, git, docker, npm, psql, terraform\./],
  [['kubctl'], /unknown tool "kubctl"\. Did you mean kubectl\?/],
  [['git', '--registry', 'a.example'], /setup git has no option --registry\. It has --host, --scope\./],
  [['docker'], /one registry is set up at a time\./],
  [['docker', '--registry', 'https://a.azurecr.io'], /is not the name of a registry\. Name its host,/],
  [['npm', '--registry', 'http://a.example'], /--registry must be an https address\./],
  [['psql', '--host', 'a'], /a server and a user are needed\./],
  [['psql', '--host', 'a', '--user', 'b\n[c]'], /cannot stand in a pgpass file/],
  [['git', '--host', 'a b'], /is not the name of a host\./],
  [['git', '--profile', 'a b'], /"a b" cannot be the name of a profile\./],
  [['git', '--credential', 'Magic'], /--credential "Magic" is not known\. Known: ClientSecretCredential, /],
  [['git', '--credential', 'AzureCli'], /--credential "AzureCli" is not known\. Did you mean AzureCliCredential\?/],
  [['terraform', '--tenant-id', 'contoso.com'], /--tenant-id must be an id \(a GUID\)\./],
])('%j is refused, and nothing is written', async (args, expected) => {
  const { code, output, errors } = await setup(args)
  expect(errors).toMatch(expected)
  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(await readdir(home)).toEqual([])
})

test('a profile that is not there yet is set up with a warning, and taken back without one', async () => {
  const { code, errors } = await setup(['kubectl', '--profile', 'wrok'])
  expect(errors).toBe('warning: there is no profile "wrok" yet. Sign in: entrada login --profile wrok.\n')
  expect(code).toBe(0)
  expect((await setup(['kubectl', '--undo', '--profile', 'wrok'])).errors).toBe('')
})
