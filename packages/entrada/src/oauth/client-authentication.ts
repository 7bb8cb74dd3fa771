/** What a client may need to know to prove itself. */
export interface ClientAuthenticationContext {
  /** The audience of an assertion. */
  tokenUrl: string
  tenantId: string
  /** Ends the work when nobody waits for it any more. */
  signal: AbortSignal
}

/** How a confidential client proves itself: a function that adds its fields to the form of a token request. */
export type ClientAuthentication = (form: URLSearchParams, context: ClientAuthenticationContext) => void | Promise<void>

/** A shared secret (RFC 6749, 2.3.1, in the body). */
export function clientSecret(secret: string): ClientAuthentication {
  return (form) => form.set('client_secret', secret)
}

/** An assertion, asked for once a token request (RFC 7523, 2.2). What `assert` throws is thrown unchanged. */
export function clientAssertion(
  assert: (context: ClientAuthenticationContext) => string | Promise<string>,
): ClientAuthentication {
  return async (form, context) => {
    const assertion = await assert(context)
    form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    form.set('client_assertion', assertion)
  }
}
