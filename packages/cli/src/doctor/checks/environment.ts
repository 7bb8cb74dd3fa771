import type { Check, Examination } from '../check.ts'
import type { Finding } from '../finding.ts'
import { refusedAttempt } from '../refused.ts'
import type { Trial } from '../trial.ts'

/** Whether the variables that belong together are all there. */
export const environment: Check = {
  looksAt: 'the variables that belong together',
  async run({ env, subject, tried }) {
    if (!subject.takesPart('EnvironmentCredential') && !subject.takesPart('WorkloadIdentityCredential')) return []
    const found = incomplete(env, subject)
    const isProven = proofs.some((name) => has(env, name)) || has(env, 'AZURE_PASSWORD')
    // Ids alone may be meant for a managed identity or a tool: they are half of something only if nobody else was asked.
    const isOthers = !isProven && found.length > 0 && isElsewhere(await tried())
    return [...(isOthers ? [] : found), ...both(env), ...deprecated(env)]
  },
}

function isElsewhere(trial: Trial): boolean {
  return trial.winner !== undefined || refusedAttempt(trial) !== undefined
}

const has = (env: Examination['env'], name: string): boolean => Boolean(env[name]?.trim())
const proofs = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH', 'AZURE_FEDERATED_TOKEN_FILE']

const ids = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']

function incomplete(env: Examination['env'], { credential }: Examination['subject']): Finding[] {
  const proof = proofs.filter((name) => has(env, name))
  const isUser = has(env, 'AZURE_USERNAME') && has(env, 'AZURE_PASSWORD')
  const missingIds = ids.filter((name) => !has(env, name) && !(isUser && name === 'AZURE_TENANT_ID'))
  if (proof.length > 0 || isUser || has(env, 'AZURE_PASSWORD')) {
    if (has(env, 'AZURE_PASSWORD') && !has(env, 'AZURE_USERNAME') && proof.length === 0)
      missingIds.push('AZURE_USERNAME')
    return missingIds.length === 0 ? [] : [missing(env, missingIds, `${proof[0] ?? 'AZURE_PASSWORD'} is set`)]
  }
  // An id alone may be that of a managed identity, and a tenant that of a developer's tool.
  const isMeant = credential === 'EnvironmentCredential' || /^environment/i.test(env.AZURE_TOKEN_CREDENTIALS ?? '')
  const mentioned = proofs.find((name) => env[name] !== undefined)
  if (has(env, 'KUBERNETES_SERVICE_HOST') && mentioned === undefined && !isMeant) return []
  if (mentioned !== undefined && (has(env, 'AZURE_CLIENT_ID') || has(env, 'AZURE_TENANT_ID')))
    return [missing(env, [...missingIds, mentioned], 'It is there without a value')]
  const given = ids.filter((name) => has(env, name))
  if (given.length === 2 || (isMeant && given.length === 1)) {
    return [
      missing(
        env,
        [...missingIds, 'AZURE_CLIENT_SECRET'],
        `${given.join(' and ')} ${given.length === 2 ? 'are' : 'is'} set`,
      ),
    ]
  }
  return []
}

function missing(env: Examination['env'], names: readonly string[], why: string): Finding {
  const empty = names.filter((name) => env[name] !== undefined)
  const isEmpty = empty.length === names.length
  return {
    code: 'environment-incomplete',
    severity: 'error',
    concerns: ['EnvironmentCredential', 'WorkloadIdentityCredential', 'GitHubActionsCredential'],
    what: `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} ${isEmpty ? 'empty' : 'not set'}.`,
    why: `${why}, and tenant, client and one proof belong together.${empty.length > 0 ? ' An empty value is how a missing secret of a pipeline looks.' : ''}`,
    change: `Set ${names.join(' and ')}${names.some((name) => ids.includes(name)) ? '; the overview of the app registration has the ids' : ''}.`,
    explains: ['no-credential', 'token-credentials-cannot-work', 'tool-not-found'],
  }
}

function both(env: Examination['env']): Finding[] {
  const [secret, certificate] = proofs as [string, string, string]
  if (!has(env, secret) || !has(env, certificate)) return []
  return [
    {
      code: 'secret-and-certificate',
      severity: 'warning',
      what: `${secret} and ${certificate} are both set.`,
      why: 'The secret is used, and the certificate is never read.',
      change: 'Unset the one that is not meant.',
      run: `unset ${secret}`,
    },
  ]
}

function deprecated(env: Examination['env']): Finding[] {
  if (!has(env, 'AZURE_USERNAME') || !has(env, 'AZURE_PASSWORD') || proofs.some((name) => has(env, name))) return []
  return [
    {
      code: 'password-deprecated',
      severity: 'warning',
      what: 'A user signs in with AZURE_USERNAME and AZURE_PASSWORD.',
      why: 'Entra ID refuses this wherever a second factor is required, which will be everywhere.',
      change: 'Use an application, or sign in yourself.',
      run: 'entrada login',
    },
  ]
}
