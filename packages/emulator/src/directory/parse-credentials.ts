import { createHash, X509Certificate } from 'node:crypto'
import type { ConditionalAccess, FederatedCredential, RegisteredCertificate } from './entries.ts'
import { fail, list, object, optional, text } from './fields.ts'
import { refusalCode } from './refusal-code.ts'

/** Reads a certificate, PEM. Only RSA keys sign what Entra ID takes. */
export function certificate(value: unknown, path: string): RegisteredCertificate {
  const pem = typeof value === 'string' ? value : text(object(value, path, ['certificate']).certificate, path)
  const parsed = readPem(pem)
  if (parsed === undefined) return fail(path, 'is not a certificate', 'Write it as PEM: -----BEGIN CERTIFICATE-----….')
  if (parsed.publicKey.asymmetricKeyType !== 'rsa') {
    return fail(path, 'has a key that is not RSA', 'Make one with an RSA key of 2048 bits or more.')
  }
  return {
    sha1: createHash('sha1').update(parsed.raw).digest('hex'),
    sha256: createHash('sha256').update(parsed.raw).digest('hex'),
    publicKey: parsed.publicKey,
    expiresAt: Date.parse(parsed.validTo),
  }
}

function readPem(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

/** Reads a federated identity credential. */
export function federatedCredential(value: unknown, path: string): FederatedCredential {
  const fields = object(value, path, ['name', 'issuer', 'subject', 'audience'])
  return {
    issuer: text(fields.issuer, `${path}.issuer`),
    subject: text(fields.subject, `${path}.subject`),
    audiences: [optional(fields.audience, `${path}.audience`, text) ?? 'api://AzureADTokenExchange'],
  }
}

const ANY_POLICY = JSON.stringify({
  access_token: { polids: { essential: true, values: ['5ca1ab1e-0000-4000-8000-000000000001'] } },
})

/** Reads a Conditional Access policy. */
export function conditionalAccess(value: unknown, path: string): ConditionalAccess {
  const fields = object(value, path, ['code', 'claims', 'resources', 'users'])
  const plain = (item: unknown, at: string): string => text(item, at).toLowerCase().replace(/\/$/, '')
  return {
    code: refusalCode(fields.code, `${path}.code`),
    claims: optional(fields.claims, `${path}.claims`, text) ?? ANY_POLICY,
    ...(fields.resources === undefined ? {} : { resources: list(fields.resources, `${path}.resources`, plain) }),
    ...(fields.users === undefined ? {} : { users: list(fields.users, `${path}.users`, plain) }),
  }
}
