import type { Emulator } from '@entrada/emulator'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { commands } from '../src/commands/index.ts'
import { scope, startAuthority, tenantId, variablesOf } from './app.ts'
import { buildProgram, type Program } from './program.ts'
import { start } from './running.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program
let emulator: Emulator

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

test('verify says that a token is good, in words, with its dates', async () => {
  const env = variablesOf(emulator)
  const { output: token } = await program.run(['token', scope], { env })
  const { code, output, errors } = await program.run(['verify', '-'], { env, input: token })
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toContain(
    'The signature is the issuer’s, and the token is valid now, for the audience that it names itself.',
  )
  expect(output).toContain('It permits nothing: it has neither scopes (scp) nor roles.')
  expect(output).toMatch(new RegExp(`^tid +${tenantId}$`, 'm'))
  expect(output).toMatch(/^exp +\d+ {2}\d{4}-/m)
})

test('Ctrl-C ends verify while the keys are fetched, and says nothing of the token', async () => {
  const env = variablesOf(emulator)
  const { output } = await program.run(['token', scope], { env })
  onTestFinished(() => emulator.reset())
  emulator.faults.always({ path: /openid-configuration|keys/, delay: 60_000 })
  emulator.requests.clear()
  const running = start(program, ['verify', output.trim()], env)
  await vi.waitFor(() => expect(emulator.requests.length).toBeGreaterThan(0), { timeout: 60_000 })
  running.child.kill('SIGINT')
  expect(await running.ended).toEqual([130, null])
  expect({ output: running.output(), errors: running.errors() }).toEqual({ output: '', errors: '' })
})

test('verify says what is wrong with another one, and never repeats it', async () => {
  const env = variablesOf(emulator)
  const { output } = await program.run(['token', scope], { env })
  const token = output.trim()
  const [head, body] = token.split('.')
  const forged = `${head}.${body}.${'A'.repeat(342)}`
  const bad = await program.run(['verify', '-'], { env, input: forged })
  expect(bad).toMatchObject({ code: 1, output: '' })
  expect(bad.errors).toMatch(/^entrada: .*signature.*\n$/)
  expect(bad.errors).not.toContain(body)
  const other = await program.run(['verify', '-', '--audience', 'api://other', '--json'], { env, input: token })
  expect(JSON.parse(other.output)).toMatchObject({ verified: false, code: 'audience' })
  expect(other.code).toBe(1)
  expect(await program.run(['verify', '-'], { env, input: 'opaque' })).toMatchObject({
    code: 1,
    output: '',
    errors: expect.stringContaining('this is not a JWT'),
  })
})

test.each(Object.keys(commands))(
  '%s --help has a summary, usage and examples that begin with entrada or use it',
  async (name) => {
    const { command } = await (commands[name] as (typeof commands)[string]).load()
    const { code, output, errors } = await program.run([name, '--help'])
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output.replace(/\s+/g, ' ')).toContain(command.summary.replace(/\s+/g, ' '))
    expect(output).toContain(`  entrada ${name}`)
    expect(command.examples.length).toBeGreaterThan(0)
    for (const { line } of command.examples) expect(line).toContain(`entrada ${name}`)
    for (const line of output.split('\n').filter((one) => !one.startsWith('  $')))
      expect(line.length).toBeLessThanOrEqual(80)
  },
)

test.each(['bash', 'zsh', 'fish', 'pwsh'])(
  'the completion of %s knows every command, and the aliases',
  async (shell) => {
    const { code, output } = await program.run(['completion', shell])
    expect(code).toBe(0)
    for (const name of [...Object.keys(commands), 'kusto', 'min-life']) expect(output).toContain(name)
  },
)

test('--verbose tells the story on standard error, and standard output stays as it was', async () => {
  const { output, errors } = await program.run(['token', scope, '--verbose'], { env: variablesOf(emulator) })
  expect(output).toMatch(/^eyJ\S+\n$/)
  expect(errors).toMatch(/token for https:\/\/storage\.azure\.com\/\.default from the (?:network|store)/)
  expect(errors).not.toContain(output.trim().slice(-20))
})

test('a chain that no credential of this machine can serve is one short line, and --verbose says why each cannot', async () => {
  const env = { AZURE_TOKEN_CREDENTIALS: 'dev', PATH: '' }
  const { code, output, errors } = await program.run(['token', scope], { env })
  expect({ code, output }).toEqual({ code: 3, output: '' })
  expect(errors).toMatch(
    /^entrada: DefaultAzureCredential: none of its \d credentials can be used here\. Sign in with entrada login, or see why with entrada doctor\.\n$/,
  )
  const story = await program.run(['token', scope, '--verbose'], { env })
  expect(story.errors).toMatch(/^ {2}AzurePowerShellCredential +PowerShell is not installed\. Install/m)
  expect(story.errors).toContain('DefaultAzureCredential: passes over BrokerCredential: no broker plug-in')
  expect(story.errors).toMatch(/^ {2}BrokerCredential +\S/m)
})
