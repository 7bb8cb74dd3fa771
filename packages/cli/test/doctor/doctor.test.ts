import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selectMembers } from '../../../entrada/src/credentials/default-members.ts'
import { quoted } from '../../../entrada/src/runtime/quoted.ts'
import { findingCodes } from '../../src/doctor/codes.ts'
import { difference } from '../../src/doctor/difference.ts'
import { chainMembers } from '../../src/doctor/members.ts'
import { findSubject } from '../../src/doctor/subject.ts'
import { clientId, recognisableSecret, startAuthority, tenantId, variablesOf } from '../app.ts'
import { type ExaminedWorld, nowhere, runDoctor } from './examined.ts'
import { file, job, pod, type Stage, tool, withCertificate } from './stage.ts'

let emulator: Emulator
let imds: Awaited<ReturnType<typeof nowhere>>
let folder: string
let stage: Stage

beforeAll(async () => {
  emulator = await startAuthority()
  imds = await nowhere()
  afterAll(() => imds.close())
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-doctor-'))
  stage = { emulator, untrusted: emulator, folder, variables: variablesOf(emulator) }
})

afterEach(async () => {
  emulator.reset()
  await rm(folder, { recursive: true, force: true })
})

function doctor(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[] = [],
  world: ExaminedWorld = {},
): ReturnType<typeof runDoctor> {
  const base = { HOME: folder, PATH: '', AZURE_POD_IDENTITY_AUTHORITY_HOST: imds.url }
  // A machine that has more to do must not cut a run short.
  const time = args.includes('--timeout') ? [] : ['--timeout', '1m']
  return runDoctor(['--scope', 'storage', ...time, ...args], { ...base, ...env }, { cwd: folder, ...world })
}

interface Told {
  well: boolean
  winner?: string
  attempts: { credential: string; outcome: string; remedy?: string }[]
  findings: {
    code: string
    severity: string
    what: string
    why: string
    change?: string
    run?: string
    lines?: string[]
  }[]
}

async function told(...call: Parameters<typeof doctor>): Promise<Told & { code: number }> {
  const [env, args = [], world] = call
  const { code, text } = await doctor(env, [...args, '--json'], world)
  return { ...JSON.parse(text), code }
}

const goodToken = { accessToken: 'e30.e30.c2ln', expires_on: Math.floor(Date.now() / 1000) + 3600, tokenType: 'Bearer' }

describe('a healthy set-up has a token, no error and no warning', () => {
  test('an application with a secret', async () => {
    const { code, text, errors } = await doctor(stage.variables)
    expect(text).toBe('✓ EnvironmentCredential has a token for https://storage.azure.com/.default.\n')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })

  test('an application with a certificate', async () => {
    expect(await told(await withCertificate(stage))).toMatchObject({
      code: 0,
      winner: 'EnvironmentCredential',
      findings: [],
    })
  })

  test('a pod with workload identity', async () => {
    expect(await told(await pod(stage))).toMatchObject({ code: 0, winner: 'WorkloadIdentityCredential', findings: [] })
  })

  test('a job of GitHub Actions', async () => {
    const env = job(stage, (trusted) => trusted)
    expect(await told(env)).toMatchObject({ code: 0, winner: 'GitHubActionsCredential', findings: [] })
  })

  test.each(['imds', 'app-service', 'machine-learning', 'cloud-shell'] as const)(
    'a host of the kind %s',
    async (host) => {
      const { env } = await emulator.managedIdentity({ host })
      const variables = { ...env, AZURE_AUTHORITY_HOST: emulator.url }
      expect(await told(variables)).toMatchObject({ code: 0, winner: 'ManagedIdentityCredential', findings: [] })
    },
  )

  test('a developer who is signed in to az, with a tenant in the environment', async () => {
    const PATH = await tool(stage, 'az', { output: JSON.stringify(goodToken) })
    const env = { PATH, AZURE_TENANT_ID: tenantId, AZURE_AUTHORITY_HOST: emulator.url }
    expect(await told(env)).toMatchObject({ code: 0, winner: 'AzureCliCredential', findings: [] })
  })

  test('a profile of an application', async () => {
    const ci = {
      credential: 'ClientSecretCredential',
      tenantId,
      clientId,
      clientSecret: { env: 'CI_SECRET' },
      authorityHost: emulator.url,
      expect: { tenantId, clientId },
    }
    await file(stage, '.config/entrada/config.json', JSON.stringify({ profiles: { ci } }))
    const { text, code } = await doctor({ CI_SECRET: recognisableSecret })
    expect(text).toBe(
      '✓ ClientSecretCredential of profile ci has a token for https://storage.azure.com/.default.\n'.replace(
        'ci has a token for ',
        'ci has a token for\n  ',
      ),
    )
    expect(code).toBe(0)
  })
})

describe('what should be looked at is a warning where there is a token, and the exit code stays 0', () => {
  test('a certificate that expires within 30 days', async () => {
    const env = await withCertificate(stage, { notAfter: new Date(Date.now() + 9.5 * 86_400_000) })
    const { code, findings } = await told(env)
    expect(findings).toMatchObject([{ code: 'certificate-expires-soon', severity: 'warning' }])
    expect(findings[0]?.what).toContain('in 10 days')
    expect(code).toBe(0)
  })

  test('a secret beside a certificate', async () => {
    const env = { ...(await withCertificate(stage)), ...stage.variables }
    expect(await told(env)).toMatchObject({
      code: 0,
      findings: [{ code: 'secret-and-certificate', severity: 'warning' }],
    })
  })

  test('a certificate with its key that everybody may read', async () => {
    const env = await withCertificate(stage)
    await chmod(join(folder, 'app.pem'), 0o644)
    const { code, findings } = await told(env)
    expect(findings).toMatchObject([{ code: 'file-readable-by-others', run: `chmod 600 ${join(folder, 'app.pem')}` }])
    expect(code).toBe(0)
  })

  test('a folder of kept tokens that the group may read, and its key that everybody may', async () => {
    await mkdir(join(folder, '.entrada/entrada'), { recursive: true })
    await chmod(join(folder, '.entrada/entrada'), 0o750)
    await file(stage, '.entrada/entrada.key', 'x', 0o644)
    const { findings } = await told(stage.variables)
    expect(findings.map(({ what }) => what.replace(folder, '~'))).toEqual([
      'The folder of kept tokens "~/.entrada/entrada" can be read by the group (mode 0750).',
      'The key of the kept tokens "~/.entrada/entrada.key" can be read by everybody on this machine (mode 0644).',
    ])
    expect(findings.map(({ severity }) => severity)).toEqual(['warning', 'warning'])
  })

  test('a configuration that others may write; that others may read it is good to know', async () => {
    const config = JSON.stringify({ profiles: { ci: { credential: 'EnvironmentCredential' } } })
    const path = await file(stage, '.config/entrada/config.json', config, 0o644)
    const severities = async (): Promise<(string | undefined)[]> => {
      const { code, findings } = await told(stage.variables)
      expect(code).toBe(0)
      return findings.map((finding) => `${finding.code} ${finding.severity}`)
    }
    expect(await severities()).toEqual(['file-readable-by-others info'])
    await chmod(path, 0o666)
    expect(await severities()).toEqual(['file-readable-by-others warning'])
  })

  test('a clock that is two minutes ahead', async () => {
    const { findings } = await told(stage.variables, [], { now: () => Date.now() + 120_000 })
    expect(findings).toMatchObject([{ code: 'clock-skew', severity: 'warning' }])
    expect(findings[0]?.what).toMatch(/2 min ahead of that of localhost/)
  })

  test('half of an application, where az has a token', async () => {
    const PATH = await tool(stage, 'az', { output: JSON.stringify(goodToken) })
    const { AZURE_TENANT_ID: _, ...half } = stage.variables
    const { code, winner, findings } = await told({ ...half, PATH })
    expect({ code, winner }).toEqual({ code: 0, winner: 'AzureCliCredential' })
    expect(findings).toMatchObject([{ code: 'environment-incomplete', severity: 'warning' }])
  })

  test('a configuration of a project that nobody has trusted', async () => {
    await file(stage, 'entrada.config.json', '{"profiles":{}}')
    const { code, findings } = await told(stage.variables)
    expect(findings).toMatchObject([{ code: 'project-file-not-trusted', run: 'entrada trust' }])
    expect(code).toBe(0)
  })
})

describe('what is not the cause is not given as one', () => {
  test('an id of an identity and a tenant, on a host whose managed identity has a token', async () => {
    const { env, identities } = await emulator.managedIdentity({ host: 'app-service', identities: [{ name: 'user' }] })
    const variables = { ...env, AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: identities[0]?.clientId }
    const { winner, findings } = await told({ ...variables, AZURE_AUTHORITY_HOST: emulator.url })
    expect({ winner, findings }).toEqual({ winner: 'ManagedIdentityCredential', findings: [] })
  })

  test('a secret that looks like a placeholder, and works', async () => {
    const value = 'your-own-secret'
    emulator.updateApp('app', { secrets: [{ value }] })
    expect(await told({ ...stage.variables, AZURE_CLIENT_SECRET: value })).toMatchObject({ code: 0, findings: [] })
  })

  test('a clock that is wrong, where the secret is', async () => {
    const env = { ...stage.variables, AZURE_CLIENT_SECRET: 'wrong~but-long-enough' }
    const { findings } = await told(env, [], { now: () => Date.now() - 900_000 })
    expect(findings).toMatchObject([
      { code: 'secret-wrong', severity: 'error' },
      { code: 'clock-skew', severity: 'warning' },
    ])
  })

  test('an endpoint of a managed identity without its companion, where the application before it was refused', async () => {
    const env = {
      ...stage.variables,
      AZURE_CLIENT_SECRET: 'wrong~but-long-enough',
      IDENTITY_ENDPOINT: 'http://localhost/',
    }
    const { findings } = await told(env)
    expect(findings).toMatchObject([
      { code: 'secret-wrong', severity: 'error' },
      { code: 'identity-endpoint-incomplete', severity: 'warning' },
    ])
  })
})

describe('profiles', () => {
  const config = (profiles: object): Promise<string> =>
    file(stage, '.config/entrada/config.json', JSON.stringify({ profiles }))

  test('a person who has not signed in is sent to login, by the profile’s name', async () => {
    await config({ me: { credential: 'InteractiveBrowserCredential', tenantId, authorityHost: emulator.url } })
    const { findings, code } = await told({})
    expect(findings).toMatchObject([{ code: 'sign-in-needed', severity: 'error', run: 'entrada login --profile me' }])
    expect(code).toBe(1)
  })

  test('several without a default are listed', async () => {
    const one = { credential: 'AzureCliCredential' }
    await config({ one, other: one })
    const { findings } = await told({})
    expect(findings).toMatchObject([{ code: 'profile-unknown', severity: 'error' }])
    expect(findings[0]?.what).toContain('one, other')
  })

  test('the fields of a profile are named where their values are wrong', async () => {
    const ci = {
      credential: 'ClientSecretCredential',
      tenantId: 'https://contoso.com/',
      clientId,
      clientSecret: { env: 'S' },
    }
    await config({ ci })
    const { findings } = await told({ S: 'x', AZURE_AUTHORITY_HOST: emulator.url })
    expect(findings[0]).toMatchObject({ code: 'tenant-malformed', severity: 'error' })
    expect(findings[0]?.what).toContain('profiles.ci.tenantId')
  })
})

test('a credential that is not known is a mistake of the command line', async () => {
  const { code, errors } = await doctor({}, ['--credential', 'AzureCLICredental'])
  expect(errors).toBe('entrada: --credential "AzureCLICredental" is not known. Did you mean AzureCliCredential?\n')
  expect(code).toBe(2)
})

describe('a federated credential that does not fit', () => {
  const trusted = { name: 'shop', subject: 'system:serviceaccount:shop:API', audiences: ['api://AzureADTokenExchange'] }

  test('is put beside the assertion, with a mark below the first character that differs', async () => {
    const env = await pod(stage, (one) => ({ ...one, subject: trusted.subject }))
    const { issuer } = await emulator.kubernetes({ serviceAccount: 'x', namespace: 'x' })
    const input = JSON.stringify({ value: [{ ...trusted, issuer }] })
    const { text } = await doctor(env, ['--trusts', '-'], { input })
    expect(text).toContain('✗ federation-case')
    const lines = text.split('\n')
    const at = lines.findIndex((line) => line.includes('presented  system:'))
    const [presented = '', other = '', mark = ''] = lines.slice(at, at + 3)
    expect([presented.trim(), other.trim()]).toEqual([
      'presented  system:serviceaccount:shop:api',
      'trusted    system:serviceaccount:shop:API',
    ])
    expect(mark.indexOf('^')).toBe(presented.indexOf('api'))
    expect(mark).toContain('^ character 28: "a" and "A"')
    expect(text.replace(/\s+/g, ' ')).toContain('It is of the service account api in the namespace shop.')
    expect(text).toContain(`--parameters '{"subject":"system:serviceaccount:shop:api"}'`)
  })

  test('two long texts are cut around the difference, so that no line wraps and the mark stays below it', () => {
    const start = 'https://eastus.oic.prod-aks.azure.com/11111111-1111-4111-8111-111111111111/'
    const lines = difference(['presented', `${start}2222`], ['trusted', `${start}3333/`])
    const [one = '', other = '', mark = ''] = lines
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(76)
    expect([one[mark.indexOf('^')], other[mark.indexOf('^')]]).toEqual(['2', '3'])
    expect(mark).toContain('character 76: "2" and "3"')
  })

  test('without it, the line to get it is named', async () => {
    const { findings } = await told(await pod(stage, (one) => ({ ...one, audience: 'api://other' })))
    expect(findings).toMatchObject([
      {
        code: 'federation-audience',
        run: `az ad app federated-credential list --id ${clientId} | entrada doctor --trusts -`,
      },
    ])
  })

  test('what --trusts is given has to be a list of them', async () => {
    const { code, errors } = await doctor(stage.variables, ['--trusts', '-'], { input: '{"nothing":1}' })
    expect(errors).toMatch(/^entrada: --trusts holds no federated credentials\. Give it what az ad app .*\n$/)
    expect(code).toBe(2)
  })
})

describe('--as', () => {
  test.each([
    ['imds', 'ManagedIdentityCredential'],
    ['app-service', 'ManagedIdentityCredential'],
    ['service-fabric', 'ManagedIdentityCredential'],
    ['machine-learning', 'ManagedIdentityCredential'],
    ['azure-arc', 'ManagedIdentityCredential'],
    ['cloud-shell', 'ManagedIdentityCredential'],
    ['workload', 'WorkloadIdentityCredential'],
  ])('on %s, %s would win', async (host, winner) => {
    expect(await told({}, ['--as', host])).toMatchObject({
      code: 0,
      winner,
      findings: [{ code: 'other-host', severity: 'info' }],
    })
  })

  test('a secret that comes along wins over the host’s identity, and nothing is sent', async () => {
    const before = emulator.requests.length
    const { winner, findings, code } = await told(stage.variables, ['--as', 'imds'])
    expect(winner).toBe('EnvironmentCredential')
    expect(findings).toMatchObject([{ code: 'other-host', severity: 'warning' }])
    expect(findings[0]?.change).toContain('AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential')
    expect(code).toBe(0)
    expect(emulator.requests.length).toBe(before)
  })

  test('where the choice leaves nothing, it says so', async () => {
    const { code, findings } = await told({ AZURE_TOKEN_CREDENTIALS: 'dev' }, ['--as', 'imds'])
    expect(findings).toMatchObject([{ code: 'other-host-none', severity: 'error' }])
    expect(code).toBe(1)
  })

  test('a client id is the one of an identity that has to be assigned there', async () => {
    const { findings } = await told({ AZURE_CLIENT_ID: clientId }, ['--as', 'app-service'])
    expect(findings[0]?.why).toContain('AZURE_CLIENT_ID asks for a user-assigned identity')
  })
})

describe('--as, where the host’s own credential has to be chosen, or cannot be asked like this', () => {
  test('a task of Azure Pipelines has to name its credential: the default chain does not have it', async () => {
    const { code, findings } = await told({}, ['--as', 'azure-pipelines'])
    expect(findings).toMatchObject([{ code: 'other-host-none', severity: 'error' }])
    expect(findings[0]?.why).toContain('AzurePipelinesCredential is no member of the default chain')
    expect(findings[0]?.change).toContain('--credential AzurePipelinesCredential')
    expect(code).toBe(1)
  })

  test('named, it wins there with the variables that the task brings', async () => {
    const { code, winner, findings } = await told({}, [
      '--as',
      'azure-pipelines',
      '--credential',
      'AzurePipelinesCredential',
    ])
    expect({ code, winner }).toEqual({ code: 0, winner: 'AzurePipelinesCredential' })
    expect(findings).toMatchObject([{ code: 'other-host', severity: 'info' }])
  })

  test('a secret in a pipeline’s variables wins over the service connection', async () => {
    const { winner, findings } = await told(stage.variables, ['--as', 'azure-pipelines'])
    expect(winner).toBe('EnvironmentCredential')
    expect(findings).toMatchObject([{ code: 'other-host', severity: 'warning' }])
    expect(findings[0]?.change).toBe(
      'Leave AZURE_CLIENT_SECRET out there, and name it: --credential AzurePipelinesCredential, in a task with a service connection and SYSTEM_ACCESSTOKEN: $(System.AccessToken) in its env',
    )
  })

  test.each(['azure-arc', 'service-fabric', 'cloud-shell'])(
    'on %s nobody can ask for another identity than the host’s',
    async (host) => {
      const { code, findings } = await told({ AZURE_CLIENT_ID: clientId }, ['--as', host])
      expect(findings).toMatchObject([{ code: 'other-host-none', change: 'Leave AZURE_CLIENT_ID out there.' }])
      expect(findings[0]?.why).toContain('cannot be asked for a user-assigned identity')
      expect(code).toBe(1)
    },
  )

  test('a job of GitHub Actions that chose its credential, and has no tenant, hears of that', async () => {
    const { findings } = await told({ AZURE_TOKEN_CREDENTIALS: 'GitHubActionsCredential' }, ['--as', 'github-actions'])
    expect(findings).toMatchObject([{ code: 'other-host-none' }])
    expect(findings[0]?.why).toBe('GitHubActionsCredential: tenantId is a required parameter.')
  })

  test('a profile is asked wherever it runs', async () => {
    const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: id } = stage.variables
    const ci = { credential: 'ClientSecretCredential', tenantId, clientId: id, clientSecret: { env: 'CI_SECRET' } }
    await file(stage, '.config/entrada/config.json', JSON.stringify({ profiles: { ci } }))
    const { winner, findings } = await told({ CI_SECRET: 'any' }, ['--as', 'imds'])
    expect(winner).toBe('ClientSecretCredential')
    expect(findings).toMatchObject([
      { code: 'other-host', severity: 'info', why: 'The profile ci asks it and no other, wherever it runs.' },
    ])
  })
})

/** What Entra ID refuses with, and the finding that it is. */
const refusals = [
  [7000112, 'app-disabled'],
  [700025, 'app-public'],
  [7000218, 'app-confidential'],
  [700024, 'assertion-out-of-time'],
  [7000272, 'federation-key'],
  [50059, 'tenant-malformed'],
  [650053, 'scope-malformed'],
  [65001, 'consent-missing'],
  [50034, 'user-not-found'],
  [50020, 'user-not-found'],
  [50126, 'password-wrong'],
  [50076, 'second-factor'],
  [50079, 'second-factor'],
  [53003, 'policy-blocks'],
  [50173, 'sign-in-expired'],
  [700082, 'sign-in-expired'],
  [90055, 'throttled'],
  [90033, 'service-unavailable'],
  [9002313, 'refused'],
] as const

test.each(refusals)('AADSTS%i is %s, with the library’s own remedy', async (aadsts, code) => {
  emulator.faults.always({ aadsts })
  const { findings, attempts } = await told(stage.variables)
  expect(findings).toMatchObject([{ code, severity: 'error', aadsts }])
  expect(findings[0]?.change).toBe(attempts[0]?.remedy)
})

test('every finding that is listed can be made', async () => {
  const folderOfChecks = new URL('../../src/doctor/', import.meta.url)
  const names = (await readdir(folderOfChecks, { recursive: true })).filter((name) => name !== 'codes.ts')
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.ts')).map((name) => readFile(new URL(name, folderOfChecks), 'utf8')),
  )
  const source = texts.join('\n').replace(/explains: \[[^\]]*\]/g, '')
  expect(Object.keys(findingCodes).filter((code) => !source.includes(`'${code}'`))).toEqual([])
})

test('a chain is shown with what became of each member, in order', async () => {
  const { text } = await doctor({})
  const rows = text.split('\n').filter((line) => / +- \w+ +\d+ ms/.test(line))
  expect(rows.map((row) => row.trim().split(/\s+/)[1])).toEqual([
    ...['Environment', 'WorkloadIdentity', 'ManagedIdentity', 'SharedTokenCache', 'VisualStudioCode'],
    ...['AzureCli', 'AzurePowerShell', 'AzureDeveloperCli', 'Broker'],
  ])
})

test('it fits into 80 columns, in colours where it is a terminal and in none elsewhere', async () => {
  const env = { ...stage.variables, AZURE_CLIENT_SECRET: 'wrong~but-long-enough', TERM: 'xterm' }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what begins a colour is one
  const colours = /\u001b\[\d+m/g
  const terminal = (await doctor(env, [], { columns: 80 })).text
  expect(terminal).toMatch(colours)
  for (const line of terminal.replace(colours, '').split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect((await doctor(env)).text).not.toMatch(colours)
})

test('a wrong secret is never shown, in words or as JSON', async () => {
  const env = { ...stage.variables, AZURE_CLIENT_SECRET: `${recognisableSecret}x` }
  expect((await doctor(env)).text).not.toContain(recognisableSecret)
  expect((await doctor(env, ['--json', '--verbose'])).text).not.toContain(recognisableSecret)
})

test('who hangs is named, and there is an answer in time', async () => {
  emulator.faults.always({ path: /token/, delay: 60_000 })
  const { findings, code } = await told(stage.variables, ['--timeout', '1s'])
  expect(findings).toMatchObject([{ code: 'ended-early', severity: 'error' }])
  expect(findings[0]?.what).toBe('EnvironmentCredential did not answer in time.')
  expect(code).toBe(1)
})

test('a tool that hangs is named, and those before it keep their reasons', async () => {
  const PATH = await tool(stage, 'az', { hangs: true })
  const { findings, attempts } = await told({ PATH, AZURE_AUTHORITY_HOST: emulator.url }, ['--timeout', '2s'])
  expect(findings).toMatchObject([{ code: 'ended-early', severity: 'error' }])
  expect(findings[0]?.what).toBe('AzureCliCredential did not answer in time.')
  expect(attempts.map(({ credential }) => credential)).toContain('VisualStudioCodeCredential')
})

test.each(['', 'prod', 'dev', ...chainMembers])(
  'who takes part with AZURE_TOKEN_CREDENTIALS=%s is known as the library has it',
  async (choice) => {
    const env = { AZURE_TOKEN_CREDENTIALS: choice }
    const nothing = { profile: undefined, config: undefined, credential: undefined }
    const { takesPart } = await findSubject(nothing, { env, cwd: folder, platform: 'linux' })
    const members = selectMembers({}, env, 'DefaultAzureCredential', quoted).map(({ name }) => name)
    expect(chainMembers.filter(takesPart)).toEqual(members)
  },
)
