import { nearest } from '../../framework/nearest.ts'
import type { Check, Examination } from '../check.ts'
import type { Finding } from '../finding.ts'
import { applicationVariables, otherNames } from '../variables.ts'

/** Names that nothing reads, while the name that is meant is missing. */
export const variableNames: Check = {
  looksAt: 'the names of variables',
  run: ({ env, subject, platform }) => {
    if (
      !['DefaultAzureCredential', 'EnvironmentCredential', 'WorkloadIdentityCredential'].includes(
        subject.credential ?? '',
      )
    )
      return []
    return [...misspelt(env, platform), ...terraform(env)]
  },
}

function misspelt(env: Examination['env'], platform: string): Finding[] {
  return Object.keys(env).flatMap((name) => {
    if (!env[name]?.trim() || applicationVariables.includes(name)) return []
    const meant = meantBy(name, platform)
    if (meant === undefined || env[meant]?.trim()) return []
    // Without the prefix it may belong to anything; with its sister it may not.
    if (!/azure/i.test(name) && !(env.TENANT_ID && env.CLIENT_ID)) return []
    return [
      {
        code: 'variable-misspelt',
        severity: 'error',
        concerns: environmentMembers,
        what: `${shown(name)} is set, which nothing reads; ${meant} is not.`,
        why: `Credentials of the environment read ${meant}, in this spelling.`,
        run: platform === 'win32' ? `$env:${meant} = $env:${shown(name)}` : `export ${meant}="$${shown(name)}"`,
        explains: [
          'environment-incomplete',
          'federated-token-file-not-set',
          'no-credential',
          'token-credentials-cannot-work',
        ],
      },
    ]
  })
}

function meantBy(name: string, platform: string): string | undefined {
  const bare = name.replace(/^(?:export|set|\$env:)\s*/i, '').trim()
  const upper = bare.toUpperCase().replaceAll('-', '_')
  if (applicationVariables.includes(upper)) return upper === name || platform === 'win32' ? undefined : upper
  const named = otherNames[upper]
  if (named !== undefined) return named
  if (!upper.startsWith('AZURE')) return undefined
  const dense = upper.replaceAll('_', '')
  const same = applicationVariables.find((one) => one.replaceAll('_', '') === dense)
  return same ?? (isNear(upper) ? nearest(upper, applicationVariables) : undefined)
}

/** Two letters at most, and none of the many names that Azure's other tools have. */
function isNear(name: string): boolean {
  return !/_(?:KEY|NAME|URL|URI|ENDPOINT|REGION|LOCATION|GROUP|SUBSCRIPTION_ID|OBJECT_ID|PRINCIPAL_ID)$/.test(name)
}

const environmentMembers = ['EnvironmentCredential', 'WorkloadIdentityCredential', 'GitHubActionsCredential']
const terraformNames = ['ARM_TENANT_ID', 'ARM_CLIENT_ID', 'ARM_CLIENT_SECRET', 'ARM_CLIENT_CERTIFICATE_PATH']

function terraform(env: Examination['env']): Finding[] {
  const found = terraformNames.filter((name) => env[name]?.trim() && !env[name.replace('ARM_', 'AZURE_')]?.trim())
  if (!found.includes('ARM_CLIENT_ID')) return []
  const lines = found.map((name) => `export ${name.replace('ARM_', 'AZURE_')}="$${name}"`)
  return [
    {
      code: 'arm-variables-only',
      severity: 'error',
      concerns: environmentMembers,
      what: `${found.join(', ')} are set, and their AZURE_ counterparts are not.`,
      why: 'Terraform alone reads the names that begin with ARM_; the Azure SDKs and entrada read those with AZURE_.',
      run: lines.join('; '),
      explains: ['environment-incomplete', 'no-credential', 'token-credentials-cannot-work'],
    },
  ]
}

function shown(name: string): string {
  return /^\w+$/.test(name) ? name : JSON.stringify(name.slice(0, 60))
}
