import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AzureCliCredential, type AzureCliCredentialOptions } from 'entrada'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failure, until } from '../world.ts'
import { azAnswer, createMachine, type Machine, says, scope, token } from './machine.ts'

let machine: Machine
let credential: AzureCliCredential

beforeEach(() => {
  machine = createMachine()
})

afterEach(async () => {
  await credential?.close()
  machine[Symbol.dispose]()
})

function use(options: AzureCliCredentialOptions = {}, env: Record<string, string> = {}): AzureCliCredential {
  credential = new AzureCliCredential({ ...options, host: { env: { ...machine.env, ...env } } })
  return credential
}

const file = (name: string) => join(machine.folder, name)
const written = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8').trim() : '')

/** A shell's command that writes down its own process, the pids of what it starts, and then never ends. */
const tree = () => `
echo $$ > ${file('child')}
/bin/sleep 600 & echo $! > ${file('grandchild')}
(/bin/sleep 600 & echo $! > ${file('great-grandchild')}; /bin/sleep 600) &
/bin/sleep 600`

/** Resolves when none of the processes of the tree lives. One that is dead and not yet buried counts as dead. */
async function treeIsDead(): Promise<void> {
  for (const name of ['child', 'grandchild', 'great-grandchild']) await until(() => isDead(Number(written(name))))
}

function isDead(pid: number): boolean {
  expect(pid).toBeGreaterThan(1)
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  }
}

const treeIsThere = () => until(() => written('child') !== '' && written('great-grandchild') !== '')

test('starts a real program with its arguments, in a safe folder, with nothing on its standard input', async () => {
  machine.install(
    'az',
    `printf '%s\\n' "$@" > ${file('args')}; pwd > ${file('cwd')}; /bin/cat > ${file('stdin')}; ${says(azAnswer())}`,
  )
  expect((await use({ tenantId: 'contoso.com', subscription: 'A b' }).getToken(scope)).token).toBe(token)
  expect(written('args').split('\n')).toEqual([
    ...['account', 'get-access-token', '--output', 'json', '--resource', 'https://vault.azure.net'],
    ...['--tenant', 'contoso.com', '--subscription', 'A b'],
  ])
  expect(['/bin', '/usr/bin']).toContain(written('cwd'))
  expect(written('stdin')).toBe('')
})

test.runIf(process.platform === 'linux')('gives it a process group and a session of its own', async () => {
  machine.install('az', `read -r line < /proc/$$/stat; echo "$line" > ${file('stat')}; ${says(azAnswer())}`)
  await use().getToken(scope)
  // pid (name) state parent group session
  const [pid, , , , group, session] = written('stat').split(' ')
  expect([group, session]).toEqual([pid, pid])
})

/** Asks az, and gives the names of the variables that it was given. */
async function namesGivenToAz(env: Record<string, string>, options: AzureCliCredentialOptions = {}): Promise<string[]> {
  machine.install('az', `/usr/bin/env > ${file('env')}; ${says(azAnswer())}`)
  await use(options, env).getToken(scope)
  return written('env')
    .split('\n')
    .map((line) => line.split('=')[0] as string)
}

const toValues = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, 'v']))

test('withholds what looks like a secret by its name, and hands the rest on', async () => {
  const secrets = [
    ...[
      'AZURE_CLIENT_SECRET',
      'AZURE_CLIENT_CERTIFICATE_PASSWORD',
      'AZURE_PASSWORD',
      'AZD_AUTH_KEY',
      'ARM_CLIENT_SECRET',
    ],
    ...['SYSTEM_ACCESSTOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_RUNTIME_TOKEN', 'GITHUB_TOKEN', 'NPM_TOKEN'],
    ...['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'GOOGLE_APPLICATION_CREDENTIALS', 'SSH_PRIVATE', 'MY_KEY'],
    ...['DB_CONNECTION_STRING', 'db_password', 'Some_Secret'],
  ]
  const kept = [
    ...['AZURE_CONFIG_DIR', 'HTTPS_PROXY', 'REQUESTS_CA_BUNDLE', 'MSI_SECRET', 'IDENTITY_HEADER', 'AZURE_CORE_OUTPUT'],
    ...['AZURE_FEDERATED_TOKEN_FILE', 'LANG', 'KEYBOARD', 'PYTHONPATH'],
  ]
  const names = await namesGivenToAz(toValues([...secrets, ...kept]))
  expect(names).toEqual(expect.arrayContaining(kept))
  expect(names.filter((name) => secrets.includes(name))).toEqual([])
})

test('hands on what an option names, to a tool that would not work without it', async () => {
  const env = toValues(['CORP_SHIM_TOKEN', 'OTHER_TOKEN'])
  const names = await namesGivenToAz(env, { toolEnvironmentVariables: ['CORP_SHIM_TOKEN'] })
  expect(names).toContain('CORP_SHIM_TOKEN')
  expect(names).not.toContain('OTHER_TOKEN')
})

describe('kills az and all that it started', () => {
  beforeEach(() => {
    machine.install('az', tree())
  })

  test('when it takes too long', async () => {
    const error = await failure(use({ processTimeoutInMs: 1500 }).getToken(scope))
    expect(error).toMatchObject({ name: 'CredentialUnavailableError' })
    expect(error.message).toMatch(/did not answer within 1500 ms/)
    await treeIsDead()
  })

  test('when the caller aborts', async () => {
    const controller = new AbortController()
    const waiting = failure(use().getToken(scope, { abortSignal: controller.signal }))
    await treeIsThere()
    controller.abort()
    expect((await waiting).name).toBe('AbortError')
    await treeIsDead()
  })

  test('when the last of several callers aborts, and not before', async () => {
    const [first, second] = [new AbortController(), new AbortController()]
    use()
    const waiting = [first, second].map(({ signal }) => failure(credential.getToken(scope, { abortSignal: signal })))
    await treeIsThere()
    first.abort()
    expect((await waiting[0])?.name).toBe('AbortError')
    expect(isDead(Number(written('child')))).toBe(false)
    second.abort()
    await waiting[1]
    await treeIsDead()
  })

  test('when the credential closes, before close() resolves', async () => {
    const waiting = failure(use().getToken(scope))
    await treeIsThere()
    await credential.close()
    expect(isDead(Number(written('child')))).toBe(true)
    expect((await waiting).message).toMatch(/is closed/)
    await treeIsDead()
  })
})

test('takes an answer though something that az started keeps its output open, and ends that', async () => {
  machine.install('az', `/bin/sleep 600 & echo $! > ${file('grandchild')}; ${says(azAnswer())}`)
  expect((await use().getToken(scope)).token).toBe(token)
  await until(() => isDead(Number(written('grandchild'))))
})

test('lets live what az started and cut off from its output', async () => {
  machine.install('az', `/bin/sleep 5 > /dev/null 2>&1 & echo $! > ${file('grandchild')}; ${says(azAnswer())}`)
  await use().getToken(scope)
  const pid = Number(written('grandchild'))
  expect(isDead(pid)).toBe(false)
  process.kill(pid)
})

test.each([
  ['stdout', ''],
  ['stderr', '1>&2'],
])('ends a program that prints without end on %s, and keeps little of it', async (_, redirection) => {
  machine.install('az', `echo $$ > ${file('child')}; exec /usr/bin/yes ${'x'.repeat(4000)} ${redirection}`)
  const before = process.memoryUsage().rss
  const error = await failure(use().getToken(scope))
  expect(error.name).toBe('AuthenticationError')
  expect(error.message).toMatch(/Azure CLI printed more than 1048576 bytes/)
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
  await until(() => isDead(Number(written('child'))))
})

test('reads a large answer whole', async () => {
  const padded = `{"padding": "${'p'.repeat(500_000)}", ${azAnswer().slice(1)}`
  writeFileSync(file('answer'), padded)
  machine.install('az', `/bin/cat ${file('answer')}`)
  expect((await use().getToken(scope)).token).toBe(token)
})

test.runIf(process.platform === 'linux')('leaves no zombie', async () => {
  machine.install('az', `echo $$ > ${file('child')}; ${says(azAnswer())}`)
  await use().getToken(scope)
  await until(() => !existsSync(`/proc/${written('child')}`))
})

test('says that a program which is none can’t be started', async () => {
  machine.install('az', '#!/nowhere/interpreter\n')
  const error = await failure(use().getToken(scope))
  expect(error.name).toBe('CredentialUnavailableError')
  expect(error.message).toMatch(/cannot be started \(ENOENT\)/)
})

test('fifty concurrent callers share one process, and the next ones its token', async () => {
  machine.write('.azure/azureProfile.json', '{}')
  machine.install('az', `echo x >> ${file('runs')}; ${says(azAnswer())}`)
  use()
  const tokens = await Promise.all(Array.from({ length: 50 }, () => credential.getToken(scope)))
  expect(new Set(tokens).size).toBe(1)
  await credential.getToken(scope)
  expect(written('runs')).toBe('x')
})

/** Writes the library into a file beside the machine's. */
async function bundleLibrary(): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/index.ts', import.meta.url))],
    outfile: file('entrada.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['tinyexec'],
    logLevel: 'error',
  })
}

/** Runs a program with the library in a process of its own. Gives its exit code and what it printed. */
async function runProgram(text: string): Promise<{ code: number | null; output: string }> {
  await bundleLibrary()
  writeFileSync(
    file('program.mjs'),
    `import { existsSync, readFileSync } from 'node:fs'
import { AzureCliCredential } from './entrada.mjs'
const pid = '${file('great-grandchild')}'
const isThere = () => existsSync(pid) && readFileSync(pid, 'utf8') !== ''
const credential = new AzureCliCredential()
credential.getToken('${scope}').catch(() => undefined)
${text}`,
  )
  const child = spawn(process.execPath, [file('program.mjs')], { env: machine.env })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

test('a program that ends takes its tools with it', async () => {
  machine.install('az', tree())
  const { code } = await runProgram('setInterval(() => { if (isThere()) process.exit(7) }, 5)')
  expect(code).toBe(7)
  await treeIsDead()
})

test('a program that only waits for close() lives until its tools are dead', async () => {
  machine.install('az', tree())
  const ended = await runProgram(`
while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 5))
await credential.close()
console.log('closed')`)
  expect(ended).toEqual({ code: 0, output: 'closed\n' })
  await treeIsDead()
})

describe.runIf(process.platform !== 'win32')('in a worker thread', () => {
  /** A worker whose credential asks the machine's az, and tells what came of it. */
  async function startWorker(): Promise<Worker> {
    await bundleLibrary()
    writeFileSync(
      file('worker.mjs'),
      `import { parentPort } from 'node:worker_threads'
import { AzureCliCredential } from './entrada.mjs'
const credential = new AzureCliCredential({ subscription: 'a name' })
setInterval(() => undefined, 1000)
parentPort.postMessage(await credential.getToken('${scope}').catch((error) => ({ token: String(error) })))`,
    )
    return new Worker(file('worker.mjs'), { env: machine.env })
  }

  test('az is asked as elsewhere, and what it gets is never read by a shell', async () => {
    machine.install('az', `printf '%s\\n' "$@" > ${file('arguments')}; cat > ${file('input')}; ${says(azAnswer())}`)
    const worker = await startWorker()
    const [answer] = await once(worker, 'message')
    await worker.terminate()
    expect(answer.token).toBe(token)
    expect(written('arguments').split('\n')).toContain('a name')
    expect(written('input')).toBe('')
  })

  test('the exit of az is reported with its code and its output', async () => {
    machine.install('az', `echo 'it is broken' >&2; exit 3`)
    const worker = await startWorker()
    const [answer] = await once(worker, 'message')
    await worker.terminate()
    expect(answer.token).toMatch(/it is broken/)
  })

  test('a worker that is terminated takes its tools with it', async () => {
    machine.install('az', tree())
    const worker = await startWorker()
    await treeIsThere()
    await worker.terminate()
    await treeIsDead()
  })
})
