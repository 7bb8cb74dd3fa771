import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { component, deno, node22, node24, node26 } from './components.ts'
import { prepare, type Surroundings } from './runtimes/given.ts'
import { output, writeProgram } from './runtimes/programs.ts'
import { pathOf } from './runtimes/runtimes.ts'

vi.setConfig({ testTimeout: 60_000 })

let surroundings: Surroundings
beforeAll(async () => {
  surroundings = await prepare()
}, 60_000)
afterAll(() => surroundings?.close())

/** What a program says of a call: the error's name and message, or that it has a token. It must not end by itself before. */
async function said(command: readonly string[], credential: string, env: Record<string, string> = {}): Promise<string> {
  const program = await writeProgram(
    'permissions.mjs',
    `import * as entrada from 'entrada'
     const credential = ${credential}
     const said = await credential.getToken('https://storage.azure.com/.default').then(
       () => 'a token',
       ({ name, message }) => \`\${name}: \${message}\`,
     )
     await credential.close()
     console.log(said)
`,
  )
  return (await output([...command, program], env, surroundings.caPath)).trim()
}

/** Signs in by the environment, or with a secret of the program's own. */
const environment = 'new entrada.EnvironmentCredential()'
const defaults = 'new entrada.DefaultAzureCredential()'
const browser = `new entrada.InteractiveBrowserCredential({
  openBrowser: () => { throw new Error('it would be opened now') } })`

describe('Deno', () => {
  component(deno)

  const run = (...flags: string[]): string[] => {
    return [pathOf(deno), 'run', '--no-prompt', '--no-lock', '--node-modules-dir=manual', ...flags]
  }

  test.each([['--allow-env'], ['--allow-env=AZURE_*'], ['--deny-env=HOME,PATH', '--allow-env']])(
    'with --allow-net and %s, an environment’s secret is enough for the default chain',
    async (...flags) => {
      expect(await said(run('--allow-net', ...flags), defaults, surroundings.env)).toBe('a token')
    },
  )

  test('without any permission every member of the default chain says what it lacks', async () => {
    const message = await said(run(), defaults, surroundings.env)
    expect(message).toMatch(/^AggregateAuthenticationError: /)
    for (const flag of ['--allow-env', '--allow-net', '--allow-read', '--allow-run']) expect(message).toContain(flag)
    expect(message).toMatch(/AzureCliCredential: this program may not look for Azure CLI/)
  })

  test('who may not read the environment is told so', async () => {
    expect(await said(run('--allow-net'), environment, surroundings.env)).toBe(
      'CredentialUnavailableError: EnvironmentCredential: this program may not read AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET. Run it with --allow-env.',
    )
    const { AZURE_CLIENT_SECRET, ...others } = surroundings.env
    expect(await said(run('--allow-net', '--allow-env=AZURE_TENANT_ID'), environment, others)).toContain(
      'may not read AZURE_CLIENT_ID, AZURE_CLIENT_SECRET',
    )
  })

  test('a file that may not be read names the flag', async () => {
    const file = surroundings.given.envs.workload?.AZURE_FEDERATED_TOKEN_FILE ?? ''
    const { tenantId, clientId, files } = surroundings.given
    const workload = `new entrada.WorkloadIdentityCredential(${JSON.stringify({ tenantId, clientId, tokenFilePath: file })})`
    expect(await said(run('--allow-net'), workload)).toBe(
      `CredentialUnavailableError: WorkloadIdentityCredential: this program may not read "${file}". Run it with --allow-read.`,
    )
    const certificate = `new entrada.CertificateCredential('${tenantId}', '${clientId}', '${files.pem}')`
    expect(await said(run('--allow-net'), certificate)).toBe(
      `CredentialUnavailableError: CertificateCredential: this program may not read the file "${files.pem}". Run it with --allow-read.`,
    )
  })

  test('a tool is not started without permission, and works with all that it takes', async () => {
    const { tools = {} } = surroundings.given.envs
    const cli = `new entrada.AzureCliCredential({ tenantId: '${surroundings.given.tenantId}' })`
    const looks = ['--allow-env', '--allow-read', '--allow-sys=uid']
    expect(await said(run(...looks, `--allow-run=${tools.PATH}/azd`), cli, tools)).toBe(
      'CredentialUnavailableError: AzureCliCredential: this program may not start Azure CLI. Run it with --allow-run.',
    )
    expect(await said(run(...looks, `--allow-run=${tools.PATH}/az`), cli, tools)).toBe('a token')
  })

  test('a browser is not waited for where nothing may listen, or nothing may be started', async () => {
    expect(await said(run('--allow-env'), browser)).toMatch(
      /^CredentialUnavailableError: InteractiveBrowserCredential: cannot listen on .*--allow-net/,
    )
    const own = 'new entrada.InteractiveBrowserCredential()'
    expect(await said(run('--allow-net', '--allow-env'), own, { DISPLAY: ':0' })).toMatch(
      /^CredentialUnavailableError: .*no browser can be opened here: this program was started without --allow-r/,
    )
  })
})

describe.each([
  ['Node 22', node22],
  ['Node 24', node24],
  ['Node 26', node26],
])('%s with --permission', (name, needs) => {
  component(needs)

  const run = (...flags: string[]): string[] => [
    ...[pathOf(needs), '--no-warnings', '--permission'],
    ...[`--allow-fs-read=${new URL('..', import.meta.url).pathname}*`, ...flags],
  ]

  test('a browser is waited for where it may listen, and an error says which flag is missing', async () => {
    const opened = /no browser can be opened here: it would be opened now/
    const isRestricted = name === 'Node 26'
    expect(await said(run(), browser)).toMatch(isRestricted ? /cannot listen on .*--allow-net/ : opened)
    if (isRestricted) expect(await said(run('--allow-net'), browser)).toMatch(opened)
  })

  test('a tool or a file that is out of reach names the flag', async () => {
    const { tools = {} } = surroundings.given.envs
    expect(await said(run(), 'new entrada.AzureCliCredential()', tools)).toBe(
      'CredentialUnavailableError: AzureCliCredential: this program may not look for Azure CLI. Run it with --allow-fs-read --allow-child-process.',
    )
    expect(await said(run('--allow-fs-read=*'), 'new entrada.AzureCliCredential()', tools)).toBe(
      'CredentialUnavailableError: AzureCliCredential: this program may not start Azure CLI. Run it with --allow-child-process.',
    )
    const certificate = `new entrada.CertificateCredential('tenant', 'client', '/etc/hostname')`
    expect(await said(run(), certificate)).toMatch(/may not read the file .*--allow-fs-read/)
  })

  test('a secret in the environment is enough for the default chain', async () => {
    const flags = name === 'Node 26' ? ['--allow-net', `--allow-fs-read=${surroundings.caPath}`] : []
    expect(await said(run(...flags), defaults, surroundings.env)).toBe('a token')
  })
})
