/** What a client may need to know to authenticate itself. */
export interface ClientAuthenticationContext {
  /** The audience of an assertion. */
  tokenUrl: string
  tenantId: string
  /** Aborted when nobody waits for the result any more. */
  signal: AbortSignal
}

/** How a confidential client authenticates: a function that adds its fields to the form of a token request. */
export interface ClientAuthentication {
  (form: URLSearchParams, context: ClientAuthenticationContext): void | Promise<void>
  /**
   * What this client has authenticated with in this process, from which the names of its records in a store are
   * derived. If it has made no assertion yet, it makes one, which the request with the same signal then sends.
   */
  evidence?(context: ClientAuthenticationContext): string | undefined | Promise<string | undefined>
}

/** A shared secret (RFC 6749, 2.3.1, in the body). */
export function clientSecret(secret: string): ClientAuthentication {
  const authenticate: ClientAuthentication = (form) => form.set('client_secret', secret)
  authenticate.evidence = () => secret
  return authenticate
}

/**
 * An assertion, obtained once per token request (RFC 7523, 2.2). Errors of `assert` are passed on unchanged.
 * `evidenceOf` says what an assertion proves; by default its issuer, subject and audience.
 */
export function clientAssertion(
  assert: (context: ClientAuthenticationContext) => string | Promise<string>,
  evidenceOf?: () => Promise<string | undefined>,
): ClientAuthentication {
  // Only its payload: without the signature nobody can present it.
  let shown: string | undefined
  let early: (ClientAuthenticationContext & { assertion: string }) | undefined
  const authenticate: ClientAuthentication = async (form, context) => {
    // What we sign is for one address, and AD FS's is known only after its metadata has been read.
    const isFit = evidenceOf === undefined || early?.tokenUrl === context.tokenUrl
    const isMade = early?.signal === context.signal && isFit
    const assertion = isMade && early !== undefined ? early.assertion : await assert(context)
    if (isMade) early = undefined
    shown = payloadOf(assertion)
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    form.set('client_assertion', assertion)
  }
  authenticate.evidence = async (context) => {
    if (shown === undefined) {
      const assertion = await assert(context)
      early = { ...context, assertion }
      shown = payloadOf(assertion)
    }
    if (evidenceOf !== undefined) return evidenceOf()
    return (await import('./client-proof.ts')).assertionEvidence(shown)
  }
  return authenticate
}

/** The middle part of a JWT, as a text of its own: a mere part of a text keeps the whole in memory. */
function payloadOf(assertion: string): string {
  return JSON.parse(JSON.stringify(assertion.split('.')[1] ?? ''))
}
