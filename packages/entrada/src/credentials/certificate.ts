import type { Sign } from '../certificates/certificate.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { applicationTokens } from '../source/application-source.ts'
import { certificateAuthentication, checkCertificate } from '../source/certificate-authentication.ts'
import type { OwnOptions } from '../source/check-options.ts'
import { openContext } from '../source/context.ts'
import type { CredentialSource } from '../source/credential-source.ts'
import type { CredentialOptions } from '../source/options.ts'
import { unlessInPage } from '../source/page-guard.ts'
import { checkRequired } from '../source/required-arguments.ts'
import { Credential } from './credential.ts'

/** Options of `CertificateCredential`. */
export interface CertificateCredentialOptions extends CredentialOptions {
  /**
   * Sends the certificate and its chain with each assertion (`x5c`), which is needed if the application trusts a
   * subject name and issuer instead of a registered certificate. Default `false`.
   */
  sendCertificateChain?: boolean
}

/** A file, PEM or PKCS#12, that holds a certificate and its key. It may be replaced while the program runs. */
export interface ClientCertificatePEMCertificatePath {
  /** The file, PEM or PKCS#12. It is read with the first token request, and again when it has changed. */
  certificatePath: string
  /** Password of the PKCS#12 file, or of the encrypted key in the PEM file. */
  certificatePassword?: string
}

/** A certificate and its key in memory. */
export interface ClientCertificatePEMCertificate {
  /** PEM as a string or bytes, PKCS#12 as bytes. */
  certificate: string | Uint8Array
  /** Password of the PKCS#12, or of the encrypted key in the PEM. */
  certificatePassword?: string
}

/** The same as pipelines keep it in a variable: a PKCS#12 or PEM file in base64, with line breaks or without. */
export interface ClientCertificateBase64 {
  /** A PKCS#12 or PEM file with the certificate and its private key, in Base64. */
  certificateBase64: string
  /** Password of the PKCS#12, or of the encrypted key in the PEM. */
  certificatePassword?: string
}

/** A certificate whose key is kept elsewhere (an HSM, a TPM, Key Vault), and a function that signs with that key. */
export interface SigningCallbackCertificate {
  /** PEM, without the key. */
  certificate: string | Uint8Array
  /**
   * Signs the bytes themselves, not their digest: RSASSA-PSS (`PS256`) for Entra ID, PKCS#1 v1.5 (`RS256`) for AD FS.
   */
  sign: Sign
}

/** A certificate and its key, in a file or in memory. */
export type ClientCertificateCredentialPEMConfiguration =
  | ClientCertificatePEMCertificatePath
  | ClientCertificatePEMCertificate

/** Every form in which a certificate can be given: the path of a file, or one of the objects. */
export type CertificateConfiguration =
  | string
  | ClientCertificateCredentialPEMConfiguration
  | ClientCertificateBase64
  | SigningCallbackCertificate

/**
 * Signs an application in with a certificate (RFC 7523; PS256 with `x5t#S256`, RS256 with `x5t` for AD FS).
 *
 * A file is read with the first token request, and again when it has changed. If the certificate cannot be used,
 * `getToken` rejects with a `CredentialUnavailableError` that says what is wrong with it.
 *
 * ```ts
 * new CertificateCredential(tenantId, clientId, '/run/secrets/app.pem')
 * new CertificateCredential(tenantId, clientId, { certificate: pem, sign: (input, algorithm) => vault.sign(input, algorithm) })
 * ```
 */
export class CertificateCredential extends Credential {
  /**
   * @param tenantId - Id (a GUID) or domain of the tenant.
   * @param clientId - The application (client) id.
   * @param certificate - The path of a PEM or PKCS#12 file, or the certificate as an object.
   * @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one.
   */
  constructor(
    tenantId: string,
    clientId: string,
    certificate: CertificateConfiguration,
    options?: CertificateCredentialOptions,
  ) {
    super('CertificateCredential', (name) => certificateTokens(name, { tenantId, clientId, certificate }, options))
  }
}

/**
 * `CertificateCredential` under its name in `@azure/identity`, which is also used in its `name`, its messages and its
 * log lines.
 */
export class ClientCertificateCredential extends Credential {
  /**
   * @param tenantId - Id (a GUID) or domain of the tenant.
   * @param clientId - The application (client) id.
   * @param certificate - The path of a PEM or PKCS#12 file, or the certificate as an object.
   * @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one.
   */
  constructor(
    tenantId: string,
    clientId: string,
    certificate: CertificateConfiguration,
    options?: CertificateCredentialOptions,
  ) {
    super('ClientCertificateCredential', (name) =>
      certificateTokens(name, { tenantId, clientId, certificate }, options),
    )
  }
}

const own: OwnOptions<CertificateCredentialOptions> = { sendCertificateChain: true }

interface CertifiedApplication {
  tenantId: string
  clientId: string
  certificate: CertificateConfiguration
}

/** The tokens of an application with a certificate. */
function certificateTokens(
  name: string,
  { tenantId, clientId, certificate }: CertifiedApplication,
  options: CertificateCredentialOptions | undefined,
): CredentialSource {
  checkRequired(name, { tenantId, clientId })
  const source = checkCertificate(certificate, name)
  const secrets = [(source as { certificatePassword?: unknown }).certificatePassword]
  const context = openContext(name, options, { tenantId, secrets, own })
  checkTenant(tenantId, `${name}: tenantId`, context.quote)
  const sendsChain = options?.sendCertificateChain === true
  const authenticate = certificateAuthentication({ source, clientId, sendsChain }, context)
  return unlessInPage(context, () => applicationTokens({ tenantId, clientId, authenticate }, context))
}
