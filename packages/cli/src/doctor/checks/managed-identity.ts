import type { Attempt } from 'entrada'
import type { Check, Examination } from '../check.ts'
import type { FindingCode } from '../codes.ts'
import type { Finding } from '../finding.ts'
import { codesOf, kindOf, responseIn, statusOf } from '../refused.ts'
import { capital } from '../shapes.ts'

/** What became of the managed identity, where one is meant. */
export const managedIdentity: Check = {
  looksAt: 'the managed identity',
  async run(examination) {
    const { env, subject } = examination
    if (!subject.takesPart('ManagedIdentityCredential')) return []
    const { attempts, winner } = await examination.tried()
    const attempt = attempts.find(({ credential }) => credential === 'ManagedIdentityCredential')
    if (attempt === undefined || attempt.outcome === 'token' || winner !== undefined) return []
    return isMeant(env, subject) || statusOf(attempt.error)
      ? faultIn(attempt, examination)
      : noIdentity(attempt, examination)
  },
}

const hosts = ['IDENTITY_ENDPOINT', 'MSI_ENDPOINT', 'IMDS_ENDPOINT']

function isMeant(env: Examination['env'], { credential }: Examination['subject']): boolean {
  return (
    credential === 'ManagedIdentityCredential' ||
    /^managed/i.test(env.AZURE_TOKEN_CREDENTIALS?.trim() ?? '') ||
    hosts.some((name) => env[name]?.trim())
  )
}

/** On a machine that has IMDS, an identity that is not there is worth a word even if nobody asked for one. */
function noIdentity(attempt: Attempt, examination: Examination): Finding[] {
  return kindOf(attempt.error) === 'no-such-identity' ? faultIn(attempt, examination) : []
}

/** How hosts say that they do not have the identity. */
const notAssigned =
  /Unable to load the proper Managed Identity|No (?:User Assigned|MSI|managed)|identity not found|not been assigned/i

function faultIn({ error, reason = '', remedy, outcome }: Attempt, { env, subject }: Examination): Finding[] {
  // What Entra ID says of a workload’s assertion is another check’s.
  if (codesOf(error).length > 0) return []
  const status = statusOf(error)
  const id = subject.credential === 'ManagedIdentityCredential' ? undefined : env.AZURE_CLIENT_ID?.trim()
  const by = id === undefined ? '' : ` AZURE_CLIENT_ID asks for ${/^[\w-]{1,60}$/.test(id) ? id : 'it'}.`
  let code: FindingCode = 'identity-host-unreachable'
  let what = 'The host’s identity endpoint does not answer as one.'
  let change = remedy ?? 'Run on Azure with a managed identity.'
  if (id === undefined && /Multiple user assigned identities/i.test(reason)) {
    code = 'identity-not-named'
    what = 'The host has several managed identities, and none of them is named.'
    change = 'Name one: its client id in AZURE_CLIENT_ID, or clientId in the profile.'
  } else if (kindOf(error) === 'no-such-identity' || notAssigned.test(responseIn(error)?.errorDescription ?? '')) {
    code = 'identity-not-assigned'
    what =
      id === undefined && subject.credential === 'DefaultAzureCredential'
        ? 'The host does not have the managed identity that is asked for: none was named, and it has none of its own.'
        : `The host does not have the managed identity that is asked for.${by}`
    change =
      id === undefined
        ? 'Assign one to this host; if it has user-assigned ones alone, name one in AZURE_CLIENT_ID.'
        : 'Assign it to this host, or correct the id; for the host’s own identity leave AZURE_CLIENT_ID out.'
  } else if (kindOf(error) === 'identity-not-supported') {
    code = 'identity-not-supported'
    what = `This host has one identity, and another is asked for.${by}`
    change = id === undefined ? change : 'Leave AZURE_CLIENT_ID out here.'
  } else if (responseIn(error)?.error === 'identity_mismatch') {
    code = 'unexpected-identity'
    what = 'The host gave a token of another identity than was asked for.'
  } else if (status === 429) {
    code = 'throttled'
    what = 'The host asks for fewer requests.'
  } else if (status !== undefined && status >= 500) {
    code = 'service-unavailable'
    what = 'The host’s identity endpoint cannot answer now.'
  } else if (outcome === 'refused') {
    code = 'identity-refused'
    what = `The host’s identity endpoint refused the request${status ? ` (HTTP ${status})` : ''}.`
    if (status === 401 || status === 403)
      change = 'Hand on IDENTITY_HEADER as the platform sets it now: it changes when the app restarts.'
  }
  return [
    {
      code,
      severity: 'error',
      concerns: ['ManagedIdentityCredential'],
      what,
      why: capital(reason),
      change,
      explains: ['no-credential', 'tool-not-found'],
    },
  ]
}
