import type { Sign } from '../certificates/certificate.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { polyfillAsyncDispose } from '../runtime/async-dispose.ts'
import type { AccessToken, AccessTokenInfo, EntradaCredential, GetTokenOptions } from '../types.ts'
import { applicationTokens } from './application.ts'
import { certificateAuthentication, checkCertificate } from './certificate-authentication.ts'
import { openContext } from './context.ts'
import { type Tokens, unlessInPage } from './not-in-page.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'
import { checkRequired } from './required.ts'

export interface CertificateCredentialOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {
  /** Sends the chain with each assertion (`x5c`), for apps that trust a subject name and issuer. */
  sendCertificateChain?: boolean
}

/** A certificate with its key in a file: PEM or PKCS#12. The file may be replaced while the program runs. */
export interface ClientCertificatePEMCertificatePath {
  certificatePath: string
  certificatePassword?: string
}

/** A certificate with its key: PEM as text or bytes, PKCS#12 as bytes. */
export interface ClientCertificatePEMCertificate {
  certificate: string | Uint8Array
  certificatePassword?: string
}

/** A certificate whose key is elsewhere (an HSM, a TPM, Key Vault), as PEM without the key, and a function that signs. */
export interface SigningCallbackCertificate {
  certificate: string | Uint8Array
  /** Signs the bytes themselves, not their digest: RSASSA-PSS (`PS256`) for Entra ID, PKCS#1 v1.5 (`RS256`) for AD FS. */
  sign: Sign
}

export type ClientCertificateCredentialPEMConfiguration =
  | ClientCertificatePEMCertificatePath
  | ClientCertificatePEMCertificate

/** Every form in which a certificate can be given: a path, or one of the objects. */
export type CertificateConfiguration = string | ClientCertificateCredentialPEMConfiguration | SigningCallbackCertificate

/**
 * Signs an application in with a certificate (RFC 7523; PS256 with `x5t#S256`, RS256 with `x5t` for AD FS).
 *
 * A file is read with the first token request, and again when it has changed. `getToken` rejects with
 * `CredentialUnavailableError` for a certificate that can't be used, and says what is wrong with it.
 *
 * ```ts
 * new CertificateCredential(tenantId, clientId, '/run/secrets/app.pem')
 * new CertificateCredential(tenantId, clientId, { certificate: pem, sign: (input, algorithm) => vault.sign(input, algorithm) })
 * ```
 */
export class CertificateCredential implements EntradaCredential {
  readonly name = 'CertificateCredential'
  readonly #tokens: Tokens

  /** @throws CredentialUnavailableError for a missing argument, `TypeError` for a malformed one. */
  constructor(
    tenantId: string,
    clientId: string,
    certificate: CertificateConfiguration,
    options?: CertificateCredentialOptions,
  ) {
    const name = 'CertificateCredential'
    checkRequired(name, { tenantId, clientId })
    checkTenant(tenantId, `${name}: tenantId`)
    const source = checkCertificate(certificate, name)
    const context = openContext(name, options)
    const sendsChain = options?.sendCertificateChain === true
    const authenticate = certificateAuthentication({ source, clientId, sendsChain }, context)
    this.#tokens = unlessInPage(context, () => applicationTokens({ tenantId, clientId, authenticate }, context))
    polyfillAsyncDispose(this)
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options)
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options)
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
