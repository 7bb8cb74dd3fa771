import {
  AuthenticationError,
  AzureCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  CredentialUnavailableError,
  DefaultAzureCredential,
} from 'entrada'
import { expect, test } from 'vitest'
import { askMembers } from '../../src/chain/ask-members.ts'
import { azureCliTokens } from '../../src/credentials/azure-cli.ts'
import { azureDeveloperCliTokens } from '../../src/credentials/azure-developer-cli.ts'
import { azurePowerShellTokens } from '../../src/credentials/azure-powershell.ts'
import { azureCli } from '../../src/developer-tools/azure-cli.ts'
import type { ToolLocation } from '../../src/developer-tools/tool-location.ts'
import { openContext } from '../../src/source/context.ts'
import { DeveloperToolSource } from '../../src/source/developer-tool-source.ts'
import { azAnswer, imagine, scope, start, token } from '../developer-tools/machine.ts'
import { failure } from '../world.ts'

const dev = { env: { AZURE_TOKEN_CREDENTIALS: 'dev' } }
const refused = { code: 1, stderr: 'ERROR: AADSTS7000215: Invalid client secret.' }

test('the default chain goes on when a developer tool is refused, in Python’s order', async () => {
  const machine = imagine(({ file }) => {
    return file.endsWith('azd') ? { stdout: JSON.stringify({ token, expiresOn: '2026-11-23T09:00:00Z' }) } : refused
  }, dev)
  await using credential = new DefaultAzureCredential(machine.options)
  expect(await credential.getTokenInfo(scope)).toMatchObject({ token, credential: 'AzureDeveloperCliCredential' })
  expect(machine.started.map(({ file }) => file)).toEqual(['/bin/az', '/bin/pwsh', '/bin/azd'])
})

test('the default chain tells of each tool why it returned no token', async () => {
  const machine = imagine(() => refused, dev)
  machine.files.delete('/bin/pwsh')
  await using credential = new DefaultAzureCredential(machine.options)
  const error = await failure(credential.getToken(scope))
  expect(error.name).toBe('AggregateAuthenticationError')
  expect(error.message).toMatch(/AzureCliCredential: ERROR: AADSTS7000215: Invalid client secret\./)
  expect(error.message).toMatch(/AzurePowerShellCredential: PowerShell is not installed\. Install/)
  expect(error.message).toMatch(/AzureDeveloperCliCredential: ERROR: AADSTS7000215/)
})

test('a chain of one’s own stops at a refusal, and goes on where a tool is not there', async () => {
  const machine = imagine(({ file }) => {
    return file.endsWith('az') ? refused : { stdout: `azsdk%${token}%${start / 1000 + 3600}` }
  })
  const chain = () =>
    new ChainedTokenCredential(new AzureCliCredential(machine.options), new AzurePowerShellCredential(machine.options))
  await using stops = chain()
  expect(await failure(stops.getToken(scope))).toBeInstanceOf(AuthenticationError)
  machine.files.delete('/bin/az')
  await using goesOn = chain()
  expect((await goesOn.getToken(scope)).token).toBe(token)
})

test.each([
  ['AzureCliCredential', azureCliTokens, '/bin/az', '/home/ada/.azure/azureProfile.json'],
  ['AzurePowerShellCredential', azurePowerShellTokens, '/bin/pwsh', '/home/ada/.Azure/AzureRmContext.json'],
  ['AzureDeveloperCliCredential', azureDeveloperCliTokens, '/bin/azd', '/home/ada/.azd/auth.json'],
] as const)(
  'the evidence of %s changes with its program and its profile, and with nothing else',
  (name, tokens, program, profile) => {
    const machine = imagine(() => ({ stdout: azAnswer() }))
    const source = tokens(openContext(name, machine.options), {})
    const seen = [source.evidence()]
    machine.clock.time += 10_000_000
    expect(source.evidence()).toBe(seen[0])
    machine.files.set(profile, { stamp: '1' })
    seen.push(source.evidence())
    machine.files.set(profile, { stamp: '2' })
    seen.push(source.evidence())
    machine.files.delete(program)
    seen.push(source.evidence())
    machine.files.set(program, { mode: 0o100777 })
    machine.files.set('/bin', { isFile: false, mode: 0o40777 })
    seen.push(source.evidence())
    expect(new Set(seen).size).toBe(5)
    expect(machine.started).toHaveLength(0)
  },
)

test('while a chain waits for a member ahead, a tool whose program and profile are there has its code loaded, and no more', async () => {
  const machine = imagine(() => ({ stdout: azAnswer() }))
  let loads = 0
  const location: ToolLocation = {
    programs: () => ['az'],
    profiles: () => ['/home/ada/.azure/azureProfile.json'],
  }
  const kind = {
    location,
    async load() {
      loads++
      return azureCli
    },
  }
  const az = new DeveloperToolSource(openContext('AzureCliCredential', machine.options), kind, {})
  const loadsWhen: number[] = []
  let isTime = (): void => undefined
  const ahead = {
    async getToken() {
      await new Promise<void>((resolve) => {
        isTime = resolve
      })
      loadsWhen.push(loads)
      throw new CredentialUnavailableError('nobody here')
    },
  }
  const members = [
    { name: 'Ahead', credential: ahead },
    { name: 'AzureCliCredential', credential: az, hooks: az },
    { name: 'Behind', credential: az, hooks: { prepare: () => isTime() } },
  ]
  const askOnce = () =>
    askMembers({ chain: 'Chain', members, monotonic: () => 0, emit: () => undefined }, scope, undefined)
  await askOnce()
  machine.files.set('/home/ada/.azure/azureProfile.json', { stamp: '1' })
  loads = 0
  await askOnce()
  expect(loadsWhen).toEqual([0, 1])
  const started = machine.started.length
  az.prepare()
  machine.files.delete('/bin/az')
  loads = 0
  az.prepare()
  expect(loads).toBe(0)
  expect(machine.started).toHaveLength(started)
  await az.close()
})

const nobody = { code: 1, stderr: "ERROR: Please run 'az login' to setup account." }

test('a chain asks a tool that nobody signed in to once, until its profile file changes', async () => {
  let answer: object = nobody
  const machine = imagine(() => answer, { env: { AZURE_TOKEN_CREDENTIALS: 'dev' } })
  for (const absent of ['/bin/pwsh', '/bin/azd']) machine.files.delete(absent)
  await using chain = new DefaultAzureCredential(machine.options)
  const first = await failure(chain.getToken(scope))
  expect(await failure(chain.getToken(scope))).toMatchObject({ message: first.message })
  expect(machine.started).toHaveLength(1)

  answer = { stdout: azAnswer() }
  machine.files.set('/home/ada/.azure/azureProfile.json', { stamp: 'signed in' })
  expect((await chain.getToken(scope)).token).toBe(token)
})

test.each([
  ['takes too long', { stopped: 'time-out' }, {}],
  ['has to sign in again', { code: 1, stderr: 'ERROR: AADSTS50076: multi-factor authentication' }, {}],
  ['is of an account that another program serves', nobody, { HOME: '' }],
] as const)('a chain asks a tool again that %s', async (_, ended, more) => {
  const machine = imagine(() => ended, { env: { AZURE_TOKEN_CREDENTIALS: 'dev', ...more } })
  for (const absent of ['/bin/pwsh', '/bin/azd']) machine.files.delete(absent)
  await using chain = new DefaultAzureCredential(machine.options)
  await failure(chain.getToken(scope))
  await failure(chain.getToken(scope))
  expect(machine.started).toHaveLength(2)
})
