import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clientId, createWorld, recognisableSecret, scope, tenantId, type World } from '../world.ts'

let world: World
let folder: string

// `alone` has the library and nothing else; `with-logger` has @azure/logger installed beside it.
beforeAll(async () => {
  world = await createWorld()
  folder = await mkdtemp(join(await realpath(tmpdir()), 'entrada-log-'))
  for (const place of ['alone', 'with-logger']) {
    await build({
      entryPoints: [fileURLToPath(new URL('../../src/index.ts', import.meta.url))],
      outfile: join(folder, place, 'entrada.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: [],
      logLevel: 'error',
    })
    await writeFile(join(folder, place, 'program.mjs'), program)
  }
  await mkdir(join(folder, 'with-logger/node_modules/@azure'), { recursive: true })
  const manifest = fileURLToPath(import.meta.resolve('@azure/logger/package.json'))
  await symlink(dirname(manifest), join(folder, 'with-logger/node_modules/@azure/logger'))
})

beforeEach(() => world.reset())

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await world.close()
})

const program = `
import { DefaultAzureCredential } from './entrada.mjs'
const loggingOptions = { allowLoggingAccountIdentifiers: process.env.ACCOUNT === 'yes' }
const credential = new DefaultAzureCredential({ loggingOptions, agent: {} })
const { token } = await credential.getToken('${scope}')
console.log(token)
await credential.getToken('https://other.example/.default').catch(() => undefined)
await credential.close()
`

/** Runs a program; gives what it wrote to its two streams. */
async function run(
  place: string,
  env: Record<string, string>,
  name = 'program.mjs',
): Promise<{ token: string; log: string }> {
  const child = spawn(process.execPath, [join(folder, place, name)], {
    env: { PATH: process.env.PATH, ...world.env, NODE_EXTRA_CA_CERTS: world.emulator.ca.path, ...env },
    timeout: 15_000,
  })
  const written = { token: '', log: '' }
  child.stdout.on('data', (chunk) => {
    written.token += chunk
  })
  child.stderr.on('data', (chunk) => {
    written.log += chunk
  })
  await new Promise((resolve) => child.on('close', resolve))
  return { token: written.token.trim(), log: written.log }
}

describe.each(['alone', 'with-logger'])('a program %s', (place) => {
  test.each<[string | undefined, readonly string[]]>([
    [undefined, []],
    ['', []],
    ['bogus', []],
    ['error', []],
    ['warning', ['warning']],
    ['info', ['warning', 'info', 'info', 'info']],
    ['verbose', ['warning', 'info', 'info', 'info']],
  ])('with AZURE_LOG_LEVEL %j writes the lines that it asks for, and no secret', async (level, expected) => {
    const { token, log } = await run(place, level === undefined ? {} : { AZURE_LOG_LEVEL: level })
    expect(token.split('.')).toHaveLength(3)
    const lines = log.split('\n').filter((line) => line.includes('azure:identity'))
    expect(lines.map((line) => /azure:identity:(\w+)/.exec(line)?.[1]).sort(byLoudness)).toEqual(expected)
    expect(log).not.toContain(recognisableSecret)
    expect(log).not.toContain(token.split('.')[2])
  })

  test('says who the token is for where that is allowed', async () => {
    const { log } = await run(place, { AZURE_LOG_LEVEL: 'info', ACCOUNT: 'yes' })
    expect(log).toContain(`EnvironmentCredential => getToken() => SUCCESS. Scopes: ${scope}.`)
    expect(log).toContain(`[Authenticated account] Client ID: ${clientId}. Tenant ID: ${tenantId}.`)
    const { log: silent } = await run(place, { AZURE_LOG_LEVEL: 'info' })
    expect(silent).not.toContain('Authenticated account')
  })
})

test.each([
  ['import', `import { setLogLevel } from '@azure/logger'\n`],
  [
    'require',
    `import { createRequire } from 'node:module'\nconst { setLogLevel } = createRequire(import.meta.url)('@azure/logger')\n`,
  ],
])(
  'setLogLevel of @azure/logger, which the program has by %s, turns the log on, and each line is there once',
  async (way, load) => {
    await writeFile(join(folder, 'with-logger', `${way}.mjs`), `${load}setLogLevel('info')\n${program}`)
    const { log } = await run('with-logger', {}, `${way}.mjs`)
    expect(log.split(`EnvironmentCredential => getToken() => SUCCESS. Scopes: ${scope}.`)).toHaveLength(2)
    expect(log).toMatch(/^azure:identity:warning DefaultAzureCredential => the option agent has no effect/m)
  },
)

test('the level may be written in any case', async () => {
  expect((await run('alone', { AZURE_LOG_LEVEL: ' INFO ' })).log).toContain('azure:identity:info')
})

/** Warnings before the rest: which of the two streams of work writes first is no promise. */
function byLoudness(left: string | undefined, right: string | undefined): number {
  return Number(right === 'warning') - Number(left === 'warning')
}

test('nobody waits for a token until the logger has been found', async () => {
  const order = `
import { ClientSecretCredential } from './entrada.mjs'
const order = []
const load = async (name) => {
  order.push(name)
  throw new Error('not installed')
}
const fetch = () => Response.json({ access_token: 'token', expires_in: 3600, token_type: 'Bearer' })
await new ClientSecretCredential('${tenantId}', '${clientId}', 'secret', { fetch, host: { env: {}, load } }).getToken('${scope}')
order.push('token')
process.on('exit', () => console.log(order.join(', ')))
`
  await writeFile(join(folder, 'alone', 'order.mjs'), order)
  expect((await run('alone', {}, 'order.mjs')).token).toBe('token, @azure/logger')
})
