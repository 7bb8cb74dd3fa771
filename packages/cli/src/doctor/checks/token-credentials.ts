import { nearest } from '../../framework/nearest.ts'
import type { Check, Examination } from '../check.ts'
import { chainMembers } from '../members.ts'
import { lineFor } from '../variables.ts'

const known = ['prod', 'dev', ...chainMembers]

/** Whether `AZURE_TOKEN_CREDENTIALS` leaves a credential that can work. */
export const tokenCredentials: Check = {
  looksAt: 'AZURE_TOKEN_CREDENTIALS',
  async run({ env, subject, tried, platform }) {
    const asked = env.AZURE_TOKEN_CREDENTIALS?.trim() ?? ''
    if (asked === '' || subject.credential !== 'DefaultAzureCredential') return []
    if (!known.some((name) => name.toLowerCase() === asked.toLowerCase())) {
      const meant = known.find(
        (name) => name.toLowerCase().replace('credential', '') === asked.toLowerCase().replace(/[^a-z]/g, ''),
      )
      const near = meant ?? aliases[asked.toLowerCase()] ?? nearest(asked, known)
      return [
        {
          code: 'token-credentials-unknown',
          severity: 'error',
          what: `AZURE_TOKEN_CREDENTIALS is ${JSON.stringify(asked.slice(0, 60))}, which names no credential.`,
          why: `It is prod, dev or one of ${chainMembers.join(', ')}.`,
          run:
            near === undefined ? 'unset AZURE_TOKEN_CREDENTIALS' : lineFor('AZURE_TOKEN_CREDENTIALS', near, platform),
          explains: ['no-credential'],
        },
      ]
    }
    const { attempts, winner, isLate } = await tried()
    if (winner !== undefined || isLate || attempts.some(({ outcome }) => outcome === 'refused')) return []
    const left = elsewhere(env)
    if (left === undefined || subject.takesPart(left.credential)) return []
    return [
      {
        code: 'token-credentials-cannot-work',
        severity: 'error',
        what: `AZURE_TOKEN_CREDENTIALS=${asked} leaves out ${left.credential}, for which ${left.evidence} here.`,
        why: `Of what it leaves in, nothing has anything to work with: ${attempts.map(({ credential }) => credential).join(', ')}.`,
        change: 'Let it take part, or unset the variable.',
        run: lineFor('AZURE_TOKEN_CREDENTIALS', left.credential, platform),
        explains: [
          'no-credential',
          'tool-not-found',
          'tool-not-signed-in',
          'identity-host-unreachable',
          'environment-incomplete',
        ],
      },
    ]
  },
}

const aliases: Readonly<Record<string, string>> = {
  production: 'prod',
  development: 'dev',
  cli: 'AzureCliCredential',
  az: 'AzureCliCredential',
  azd: 'AzureDeveloperCliCredential',
  msi: 'ManagedIdentityCredential',
  managed_identity: 'ManagedIdentityCredential',
}

/** What the environment is set up for. */
function elsewhere(env: Examination['env']): { credential: string; evidence: string } | undefined {
  const has = (...all: readonly string[]): boolean => all.every((name) => env[name]?.trim())
  if (has('AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'))
    return { credential: 'EnvironmentCredential', evidence: 'AZURE_CLIENT_SECRET is set' }
  if (has('AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_CERTIFICATE_PATH'))
    return { credential: 'EnvironmentCredential', evidence: 'AZURE_CLIENT_CERTIFICATE_PATH is set' }
  if (has('AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE'))
    return { credential: 'WorkloadIdentityCredential', evidence: 'AZURE_FEDERATED_TOKEN_FILE is set' }
  if (has('IDENTITY_ENDPOINT')) return { credential: 'ManagedIdentityCredential', evidence: 'IDENTITY_ENDPOINT is set' }
  if (has('ACTIONS_ID_TOKEN_REQUEST_URL', 'AZURE_CLIENT_ID'))
    return { credential: 'GitHubActionsCredential', evidence: 'ACTIONS_ID_TOKEN_REQUEST_URL is set' }
  return undefined
}
