import type { Attempt } from 'entrada'
import type { Check, Examination } from '../check.ts'
import type { FindingCode } from '../codes.ts'
import type { Finding } from '../finding.ts'
import { codesOf, refusedAttempt, responseIn, statusOf } from '../refused.ts'
import { capital, isGuid, shownId } from '../shapes.ts'
import type { Trial } from '../trial.ts'

/** The finding that each AADSTS code is; those about federation have a check of their own. */
const byCode: Readonly<Record<number, FindingCode>> = {
  7000215: 'secret-wrong',
  7000222: 'secret-expired',
  700016: 'app-not-found',
  700011: 'app-not-found',
  700038: 'client-id-malformed',
  7000112: 'app-disabled',
  7000229: 'service-principal-missing',
  700025: 'app-public',
  7000216: 'app-confidential',
  7000218: 'app-confidential',
  700027: 'certificate-not-registered',
  50012: 'certificate-not-registered',
  700024: 'assertion-out-of-time',
  500133: 'assertion-out-of-time',
  700222: 'federation-issuer',
  7000272: 'federation-key',
  50027: 'federated-token-malformed',
  90002: 'tenant-not-found',
  900382: 'wrong-cloud',
  90051: 'wrong-cloud',
  900023: 'tenant-malformed',
  50059: 'tenant-malformed',
  50194: 'tenant-malformed',
  50128: 'tenant-malformed',
  90019: 'tenant-malformed',
  500011: 'resource-not-found',
  500014: 'resource-disabled',
  650052: 'resource-disabled',
  650057: 'resource-disabled',
  650053: 'scope-malformed',
  70011: 'scope-malformed',
  700022: 'scope-malformed',
  1002012: 'scope-malformed',
  28000: 'scope-malformed',
  901002: 'scope-malformed',
  65001: 'consent-missing',
  65004: 'consent-missing',
  90094: 'consent-missing',
  90095: 'consent-missing',
  50020: 'user-not-found',
  50034: 'user-not-found',
  51004: 'user-not-found',
  90072: 'user-not-found',
  50126: 'password-wrong',
  50064: 'password-wrong',
  50053: 'account-unusable',
  50055: 'account-unusable',
  50056: 'account-unusable',
  50057: 'account-unusable',
  50105: 'account-unusable',
  50135: 'account-unusable',
  50142: 'account-unusable',
  50144: 'account-unusable',
  50072: 'second-factor',
  50074: 'second-factor',
  50076: 'second-factor',
  50078: 'second-factor',
  50079: 'second-factor',
  50158: 'second-factor',
  500121: 'second-factor',
  530035: 'second-factor',
  700020: 'second-factor',
  50097: 'policy-blocks',
  50129: 'policy-blocks',
  50131: 'policy-blocks',
  500212: 'policy-blocks',
  500213: 'policy-blocks',
  53000: 'policy-blocks',
  53001: 'policy-blocks',
  53002: 'policy-blocks',
  53003: 'policy-blocks',
  53004: 'policy-blocks',
  530001: 'policy-blocks',
  530002: 'policy-blocks',
  530003: 'policy-blocks',
  530004: 'policy-blocks',
  530021: 'policy-blocks',
  530031: 'policy-blocks',
  530032: 'policy-blocks',
  530034: 'policy-blocks',
  50058: 'sign-in-expired',
  50089: 'sign-in-expired',
  50085: 'sign-in-expired',
  50132: 'sign-in-expired',
  50133: 'sign-in-expired',
  50173: 'sign-in-expired',
  70008: 'sign-in-expired',
  700082: 'sign-in-expired',
  700084: 'sign-in-expired',
  70043: 'sign-in-expired',
  50196: 'throttled',
  50088: 'throttled',
  90055: 'throttled',
  90033: 'service-unavailable',
  90024: 'service-unavailable',
  50087: 'service-unavailable',
  80002: 'service-unavailable',
  80005: 'service-unavailable',
}

/** Codes of the federation check. */
const ofFederation = [700211, 700212, 700213, 7002138, 70021]

/** What Entra ID refused, by its code. */
export const refusal: Check = {
  looksAt: 'the refusal of Entra ID',
  async run(examination) {
    const trial = await examination.tried()
    const attempt = refusedAttempt(trial)
    const response = responseIn(attempt?.error)
    if (attempt === undefined || response === undefined) return []
    const status = statusOf(attempt.error) ?? 0
    const codes = codesOf(attempt.error)
    // No connection, another identity, and hosts of managed identities have checks of their own.
    if (codes.length === 0 && (status === 0 || attempt.credential === 'ManagedIdentityCredential')) return []
    if (response.error === 'unexpected_identity' || codes.some((code) => ofFederation.includes(code))) return []
    if (response.error === 'oidc_request_failed') return [ofPlatform(attempt)]
    const aadsts = codes.find((code) => byCode[code] !== undefined) ?? codes[0]
    const code = (aadsts !== undefined ? byCode[aadsts] : undefined) ?? ofStatus(status)
    const exact = await exactly(code, examination)
    return [
      {
        ...common(trial, code, examination),
        ...(attempt.remedy === undefined ? {} : { change: attempt.remedy }),
        why: attempt.reason ?? '',
        ...(aadsts === undefined ? {} : { aadsts }),
        ...exact,
      },
    ]
  },
}

/** The platform of a pipeline, before Entra ID was asked. */
function ofPlatform({ reason = '', remedy, error }: Attempt): Finding {
  return {
    code: 'oidc-permission-missing',
    severity: 'error',
    what: `The platform gave the job no identity token (HTTP ${statusOf(error)}).`,
    why: capital(reason),
    ...(remedy === undefined ? {} : { change: remedy }),
    explains: ['no-credential'],
  }
}

function ofStatus(status: number): FindingCode {
  if (status === 429) return 'throttled'
  return status >= 500 ? 'service-unavailable' : 'refused'
}

function common(trial: Trial, code: FindingCode, { subject, scope }: Examination): Finding {
  const { clientId, tenantId } = subject.settings
  const app = clientId === undefined ? 'The application' : `Application ${shownId(clientId.value)}`
  const tenant = tenantId === undefined ? 'the tenant' : `tenant ${shownId(tenantId.value)}`
  const what: Partial<Record<FindingCode, string>> = {
    'secret-wrong': `${app} has no such client secret.`,
    'secret-expired': `The client secret of application ${clientId === undefined ? '' : shownId(clientId.value)} has expired.`,
    'app-not-found': `${app} is not in ${tenant}.`,
    'app-disabled': `${app} is disabled.`,
    'service-principal-missing': `${app} has no service principal in ${tenant}.`,
    'app-public': `${app} is registered as a public client, and presented a secret, certificate or assertion.`,
    'app-confidential': `${app} is a confidential client, and the request had no proof of it.`,
    'certificate-not-registered': `${app} does not have the certificate or key that signed.`,
    'assertion-out-of-time': 'The assertion is outside its period of validity.',
    'federation-key': 'The issuer of the assertion does not publish the key that signed it.',
    'federation-issuer': 'The assertion is a token of Entra ID itself, which no app takes from a workload.',
    'wrong-cloud': `${capital(tenant)} is in another national cloud than the authority that was asked.`,
    'federated-token-malformed': 'The assertion is not a whole JSON Web Token.',
    'tenant-not-found': `The authority knows no ${tenant}.`,
    'tenant-malformed': `${tenantId?.from ?? 'The tenant'} does not name one tenant.`,
    'client-id-malformed': `${clientId?.from ?? 'The client id'} is not the id of an application.`,
    'resource-not-found': `${capital(tenant)} does not know the resource of ${scope}.`,
    'resource-disabled': `The resource of ${scope} may not be used in ${tenant}.`,
    'scope-malformed': `${scope} cannot be asked for like this.`,
    'consent-missing': `Nobody has consented to the permissions of ${app.replace('A', 'a')}.`,
    'user-not-found': `The account is not in ${tenant}.`,
    'password-wrong': 'The user name or the password is wrong.',
    'account-unusable': 'The account cannot sign in.',
    'second-factor': 'A person has to confirm a second factor.',
    'policy-blocks': 'A Conditional Access policy blocks the sign-in.',
    'sign-in-expired': 'The sign-in has ended.',
    throttled: 'Entra ID asks for fewer requests.',
    'service-unavailable': 'Entra ID cannot answer now.',
    refused: 'Entra ID refused the request.',
  }
  const explains: FindingCode[] = ['no-credential', 'tool-failed', 'tool-not-signed-in', 'sign-in-needed']
  return { code, severity: 'error', what: what[code] ?? `${trial.credential} was refused.`, why: '', explains }
}

/** What is known beyond the code: a look at the value that was refused, or at what else the authority knows. */
async function exactly(code: FindingCode, { subject, reached }: Examination): Promise<Partial<Finding> | undefined> {
  const { tenantId, clientId, clientSecret } = subject.settings
  if (code === 'secret-wrong' && clientSecret !== undefined) {
    if (isGuid(clientSecret.value)) {
      return {
        code: 'secret-is-id',
        what: `${clientSecret.from} holds the id of a secret, not its value.`,
        change:
          'Copy the column Value of the secret in the portal; it is shown only once, so a new secret may be needed.',
      }
    }
    if (/%[\dA-Fa-f]{2}/.test(clientSecret.value)) {
      return {
        code: 'secret-encoded',
        what: `${clientSecret.from} is percent-encoded, such as %7E for ~.`,
        change: `Set ${clientSecret.from} to the secret as the portal shows it.`,
      }
    }
  }
  if (code === 'wrong-cloud') {
    const change =
      'Set AZURE_AUTHORITY_HOST to the cloud of the tenant: https://login.microsoftonline.us, or https://login.partner.microsoftonline.cn.'
    return { change }
  }
  if (code === 'federation-issuer') {
    return {
      change:
        'Present the token of the workload’s own platform; of Entra ID’s, only that of a managed identity for the exchange audience is one.',
    }
  }
  const mayBeSwapped =
    (code === 'tenant-not-found' || code === 'app-not-found') && tenantId !== undefined && clientId !== undefined
  if (!mayBeSwapped || !isGuid(clientId.value) || !isGuid(tenantId.value)) return undefined
  const isSame = clientId.value.toLowerCase() === tenantId.value.toLowerCase()
  const { hasTenant } = await reached()
  // The authority says of everybody’s tenants that they exist.
  if (isSame || !(await hasTenant(clientId.value)) || (await hasTenant(tenantId.value))) return undefined
  return {
    code: 'tenant-client-swapped',
    what: `${tenantId.from} and ${clientId.from} are in each other’s place.`,
    why: `The authority knows a tenant ${clientId.value}, which ${clientId.from} holds, and none ${tenantId.value}.`,
    change: 'Exchange the two.',
  }
}
