import type { SigningAlgorithm } from '../certificates/certificate.ts'
import type { CertificateSource, LoadCertificate } from '../certificates/certificate-source.ts'
import { CredentialUnavailableError } from '../errors.ts'
import {
  type ClientAuthentication,
  type ClientAuthenticationContext,
  clientAssertion,
} from '../oauth/client-authentication.ts'
import { authorityKind } from '../oauth/tenant.ts'
import { builtin } from '../runtime/builtin.ts'
import type { CredentialContext } from './context.ts'

/**
 * Checks the form in which a certificate was passed, without reading it. Throws `CredentialUnavailableError` if it is
 * missing, `TypeError` if it is malformed.
 */
export function checkCertificate(given: unknown, who: string): CertificateSource {
  if (given === undefined || given === null || given === '') {
    const remedy = 'Pass the path of a PEM or PKCS#12 file, or { certificate }.'
    throw new CredentialUnavailableError({ who, reason: 'certificate is a required parameter.', remedy })
  }
  if (typeof given === 'string') return { certificatePath: given }
  const { certificatePath, certificateBase64, certificatePassword, sign, ...held } = given as Record<string, unknown>
  const malformed = (what: string): TypeError =>
    new TypeError(
      `${who}: ${what}. Pass { certificatePath }, { certificate }, { certificateBase64 } or { certificate, sign }.`,
    )
  if (certificateBase64 !== undefined && (typeof certificateBase64 !== 'string' || held.certificate !== undefined)) {
    throw malformed('certificateBase64 must be a string, without a certificate beside it')
  }
  const certificate = certificateBase64 === undefined ? held.certificate : bytesOfBase64(certificateBase64)
  if (certificate === undefined && certificateBase64 !== undefined) throw malformed('certificateBase64 is not base64')
  if ((certificatePath === undefined) === (certificate === undefined)) {
    throw malformed('the certificate needs either certificatePath or certificate')
  }
  if (certificatePassword !== undefined && typeof certificatePassword !== 'string') {
    throw malformed('certificatePassword must be a string')
  }
  if (certificatePath !== undefined) {
    if (typeof certificatePath !== 'string' || certificatePath === '')
      throw malformed('certificatePath must be a non-empty string')
    return { certificatePath, certificatePassword }
  }
  if (!(certificate instanceof Uint8Array) && (typeof certificate !== 'string' || certificate === '')) {
    throw malformed('certificate must be a non-empty string or a Uint8Array')
  }
  if (sign === undefined) return { certificate, certificatePassword }
  if (typeof sign !== 'function') throw malformed('sign must be a function')
  return { certificate, sign: sign as never }
}

/** Variables of pipelines hold it in lines, or with a line break at the end. `undefined` for anything but base64. */
function bytesOfBase64(text: string): Uint8Array | undefined {
  const dense = text.replace(/\s+/g, '')
  if (dense === '' || !/^[A-Za-z\d+/]+={0,2}$/.test(dense)) return undefined
  try {
    return Uint8Array.from(atob(dense), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** How an application authenticates with a certificate. The code that reads and signs is loaded with the first token request. */
export function certificateAuthentication(
  app: { source: CertificateSource; clientId: string; sendsChain: boolean },
  context: CredentialContext,
): ClientAuthentication {
  const { name, host, emit } = context
  let load: LoadCertificate | undefined
  let signedWith: string | undefined
  const warn = (message: string): void => emit({ type: 'warning', message })
  const sign = async ({ tokenUrl, tenantId, signal }: ClientAuthenticationContext): Promise<string> => {
    const [{ CertificateFault }, { certificateLoader }, { signedAssertion }] = await Promise.all([
      import('../certificates/certificate.ts'),
      import('../certificates/certificate-source.ts'),
      import('../oauth/signed-assertion.ts'),
    ])
    load ??= certificateLoader(app.source, host, warn)
    try {
      const certificate = await load(signal)
      const sign = async (input: Uint8Array, algorithm: SigningAlgorithm): Promise<Uint8Array> =>
        checkSignature(await certificate.sign(input, algorithm), name)
      const now = host.now()
      if (certificate.expiresAt <= now) {
        const date = new Date(certificate.expiresAt).toISOString().slice(0, 10)
        throw new CertificateFault(
          `the certificate expired on ${date}`,
          'Renew it, and register the new one with the application.',
        )
      }
      if (signedWith !== certificate.publicKey) {
        emit({ type: 'credential-expiry', kind: 'certificate', expiresOnTimestamp: certificate.expiresAt })
      }
      const id = (builtin('node:crypto') ?? globalThis.crypto).randomUUID()
      const isAdfs = authorityKind(tenantId) === 'adfs'
      const { clientId, sendsChain } = app
      const claims = { clientId, audience: tokenUrl, now, id, isAdfs, sendsChain }
      const assertion = await signedAssertion({ ...certificate, sign }, claims)
      signedWith = certificate.publicKey
      return assertion
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error
      const { remedy, cause } = error
      throw new CredentialUnavailableError({ who: name, reason: `${error.message}.`, remedy }, { cause })
    }
  }
  return clientAssertion(sign, async () => signedWith)
}

/** A signature must be bytes. Any other value is an error of the callback, and the message does not repeat it. */
function checkSignature(signature: unknown, who: string): Uint8Array {
  const bytes = signature instanceof ArrayBuffer ? new Uint8Array(signature) : signature
  if (bytes instanceof Uint8Array && bytes.byteLength > 0) return bytes
  const what = bytes instanceof Uint8Array ? 'no bytes' : `a value of type ${typeof bytes}`
  throw new TypeError(`${who}: sign returned ${what}. It must return the signature as a Uint8Array.`)
}
