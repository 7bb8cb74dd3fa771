/**
 * How a confidential client proves itself: a function that adds its fields to the form of a token request.
 * `tokenUrl` is the audience of a signed assertion.
 */
export type ClientAuthentication = (form: URLSearchParams, context: { tokenUrl: string }) => void | Promise<void>

/** A shared secret (RFC 6749, 2.3.1, in the body). */
export function clientSecret(secret: string): ClientAuthentication {
  return (form) => form.set('client_secret', secret)
}
