import type { SigningAlgorithm } from '../certificates/certificate.ts'
import type { CertificateSource, LoadCertificate } from '../certificates/certificate-source.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { type ClientAuthentication, clientAssertion } from '../oauth/client-authentication.ts'
import { builtin } from '../runtime/builtin.ts'
import type { CredentialContext } from './context.ts'

/**
 * Checks the form in which a caller gave a certificate, without reading it. Throws `CredentialUnavailableError` for
 * none, `TypeError` for what is not one.
 */
export function checkCertificate(given: unknown, who: string): CertificateSource {
  if (given === undefined || given === null || given === '') {
    const mend = 'Pass the path of a PEM or PKCS#12 file, or { certificate }.'
    throw new CredentialUnavailableError(`${who}: certificate is a required parameter. ${mend}`, { mend })
  }
  if (typeof given === 'string') return { certificatePath: given }
  const { certificatePath, certificate, certificatePassword, sign } = given as Record<string, unknown>
  const fault = (what: string): TypeError =>
    new TypeError(`${who}: ${what}. Pass { certificatePath }, { certificate } or { certificate, sign }.`)
  if ((certificatePath === undefined) === (certificate === undefined)) {
    throw fault('the certificate needs one of certificatePath and certificate')
  }
  if (certificatePassword !== undefined && typeof certificatePassword !== 'string') {
    throw fault('certificatePassword is no text')
  }
  if (certificatePath !== undefined) {
    if (typeof certificatePath !== 'string' || certificatePath === '') throw fault('certificatePath is no path')
    return { certificatePath, certificatePassword }
  }
  if (!(certificate instanceof Uint8Array) && (typeof certificate !== 'string' || certificate === '')) {
    throw fault('certificate is neither text nor bytes')
  }
  if (sign === undefined) return { certificate, certificatePassword }
  if (typeof sign !== 'function') throw fault('sign is no function')
  return { certificate, sign: sign as never }
}

/** The proof of an application with a certificate. All that reads and signs is loaded with the first token request. */
export function certificateAuthentication(
  app: { source: CertificateSource; clientId: string; sendsChain: boolean },
  context: CredentialContext,
): ClientAuthentication {
  const { name, host, emit } = context
  let load: LoadCertificate | undefined
  const warn = (message: string): void => emit({ type: 'warning', message })
  return clientAssertion(async ({ tokenUrl, tenantId }) => {
    const [{ CertificateFault }, { certificateLoader }, { signedAssertion }] = await Promise.all([
      import('../certificates/certificate.ts'),
      import('../certificates/certificate-source.ts'),
      import('../oauth/signed-assertion.ts'),
    ])
    load ??= certificateLoader(app.source, host.files, warn)
    try {
      const certificate = await load()
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
      const id = (builtin('node:crypto') ?? globalThis.crypto).randomUUID()
      const isAdfs = tenantId === 'adfs'
      const { clientId, sendsChain } = app
      return await signedAssertion(
        { ...certificate, sign },
        { clientId, audience: tokenUrl, now, id, isAdfs, sendsChain },
      )
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error
      const { mend, cause } = error
      throw new CredentialUnavailableError(`${name}: ${error.message}. ${mend}`, { mend, cause })
    }
  })
}

/** A signature is bytes; the fault of another value is its maker's. */
function checkSignature(signature: unknown, who: string): Uint8Array {
  const bytes = signature instanceof ArrayBuffer ? new Uint8Array(signature) : signature
  if (bytes instanceof Uint8Array && bytes.byteLength > 0) return bytes
  const what = bytes instanceof Uint8Array ? 'no bytes' : `a value of type ${typeof bytes}`
  throw new TypeError(`${who}: sign gave ${what}. It must give the signature as a Uint8Array.`)
}
