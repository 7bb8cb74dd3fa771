import { diagnosisTools } from 'entrada/config'
import type { World } from '../framework/world.ts'
import { thisHost } from '../profile/this-host.ts'
import { withDeadline } from './deadline.ts'
import { foundElsewhere } from './elsewhere-finding.ts'
import type { OtherHostName } from './host-names.ts'
import { assemble, type Report } from './report.ts'
import { findSubject, type Selection } from './subject.ts'
import { tryCredential } from './trial.ts'

type Env = World['env']

/** What a host brings: its variables, the credential that is its own, and whether it has an instance metadata service. */
interface OtherHost {
  own: string
  variables: Record<string, string>
  hasImds?: true
}

const tokenFile = '/var/run/secrets/azure/tokens/azure-identity-token'
const anyone = '00000000-0000-4000-8000-000000000001'

const hosts: Readonly<Record<OtherHostName, OtherHost>> = {
  imds: { own: 'ManagedIdentityCredential', variables: {}, hasImds: true },
  'app-service': {
    own: 'ManagedIdentityCredential',
    variables: { IDENTITY_ENDPOINT: 'http://localhost:42356/msi/token', IDENTITY_HEADER: 'simulated' },
  },
  'service-fabric': {
    own: 'ManagedIdentityCredential',
    variables: {
      IDENTITY_ENDPOINT: 'https://localhost:2377/metadata/identity/oauth2/token',
      IDENTITY_HEADER: 'simulated',
      IDENTITY_SERVER_THUMBPRINT: '0'.repeat(40),
    },
  },
  'machine-learning': {
    own: 'ManagedIdentityCredential',
    variables: { MSI_ENDPOINT: 'http://localhost:46808/MSI/auth', MSI_SECRET: 'simulated' },
  },
  'azure-arc': {
    own: 'ManagedIdentityCredential',
    variables: {
      IDENTITY_ENDPOINT: 'http://localhost:40342/metadata/identity/oauth2/token',
      IMDS_ENDPOINT: 'http://localhost:40342',
    },
  },
  'cloud-shell': {
    own: 'ManagedIdentityCredential',
    variables: { MSI_ENDPOINT: 'http://localhost:50342/oauth2/token' },
  },
  workload: { own: 'WorkloadIdentityCredential', variables: { AZURE_FEDERATED_TOKEN_FILE: tokenFile }, hasImds: true },
  'github-actions': {
    own: 'GitHubActionsCredential',
    variables: {
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://localhost/token?api-version=2.0',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'simulated',
    },
  },
  'azure-pipelines': {
    own: 'AzurePipelinesCredential',
    variables: {
      SYSTEM_OIDCREQUESTURI: 'https://localhost/oidctoken',
      SYSTEM_ACCESSTOKEN: 'simulated',
      AZURESUBSCRIPTION_TENANT_ID: anyone,
      AZURESUBSCRIPTION_CLIENT_ID: anyone,
      AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: anyone,
    },
  },
}

/** Variables by which hosts are told apart: those of this one would not be there. */
const ofHosts = [
  ...new Set(Object.values(hosts).flatMap(({ variables }) => Object.keys(variables))),
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
  'DEFAULT_IDENTITY_CLIENT_ID',
]

interface Request extends Selection {
  scope: string
  as: OtherHostName
  timeoutMs: number
}

/**
 * What would win on another host, with this machine’s variables and configuration. Nothing is sent and no tool is started:
 * whoever would be asked says yes, so that what decides is what stands in the variables.
 */
export async function examineElsewhere(request: Request, world: World): Promise<Report> {
  const { scope, as, timeoutMs } = request
  const { own, variables, hasImds }: OtherHost = hosts[as]
  const env = variablesOn(world.env, variables, own)
  const subject = await findSubject(request, {
    env: { ...env, HOME: world.env.HOME },
    cwd: world.cwd,
    platform: world.platform,
  })
  const files = await simulatedFiles()
  const nobody = { run: () => Promise.reject(new Error('no program is started')), look: () => undefined, files }
  const host = { ...thisHost, ...nobody, env, platform: world.platform, now: () => world.now() }
  const fetch = answering(hasImds === true)
  const trial = await withDeadline(timeoutMs, world.signal, (signal) => {
    return tryCredential(subject, { scope, host, signal, fetch })
  })
  const report = assemble(scope, subject, trial, [foundElsewhere(trial, { as, own, env, subject })])
  return { ...report, as }
}

function variablesOn(env: Env, variables: Record<string, string>, own: string): Env {
  const kept = Object.entries(env).filter(([name]) => !ofHosts.includes(name) && name !== 'HOME' && name !== 'PATH')
  // The webhook brings the ids with the file.
  const ids =
    own === 'WorkloadIdentityCredential'
      ? { AZURE_CLIENT_ID: env.AZURE_CLIENT_ID || anyone, AZURE_TENANT_ID: env.AZURE_TENANT_ID || anyone }
      : {}
  return { ...Object.fromEntries(kept), ...ids, ...variables }
}

async function simulatedFiles(): Promise<object> {
  const { files } = await diagnosisTools()
  const isOurs = (path: string): boolean => path === tokenFile
  // That of Azure Arc on this machine says nothing of another one, and there the variables say it.
  const isAgent = (path: string): boolean => /himds(?:\.exe)?$/.test(path)
  const token = `e30.${Buffer.from(JSON.stringify({ exp: 4_000_000_000 })).toString('base64url')}.c2ln`
  return {
    readGuarded: files.readGuarded,
    stamp: (path: string) => {
      if (isOurs(path)) return Promise.resolve('1')
      return isAgent(path) ? Promise.reject(new Error('no agent is installed')) : files.stamp(path)
    },
    read: (path: string) => (isOurs(path) ? Promise.resolve(new TextEncoder().encode(token)) : files.read(path)),
  }
}

/** A network in which everybody gives a token, but that only some places have an instance metadata service. */
function answering(hasImds: boolean) {
  return async (address: string): Promise<{ status: number; headers: { get(): null }; text(): Promise<string> }> => {
    const isImds = new URL(address).hostname === '169.254.169.254'
    if (isImds && !hasImds) throw Object.assign(new Error('no such host'), { code: 'EHOSTUNREACH' })
    const soon = Math.floor(Date.now() / 1000) + 3600
    const body = {
      access_token: 'simulated',
      token_type: 'Bearer',
      expires_in: 3600,
      expires_on: soon,
      value: 'e30.e30.c2ln',
      oidcToken: 'e30.e30.c2ln',
    }
    return { status: 200, headers: { get: () => null }, text: async () => JSON.stringify(body) }
  }
}
