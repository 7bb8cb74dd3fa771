import { isLoopback } from '../http/this-network.ts'
import { endpointUrl } from '../oauth/endpoints.ts'
import { userScopes } from '../oauth/grants.ts'

export interface AuthorizationUrl {
  /** The origin of the authority. */
  authority: string
  tenantId: string
  clientId: string
  redirectUri: string
  /**
   * How the response arrives: posted as a form, so that no code ends up in a URL, a log or the history; or in the
   * fragment, for a page.
   */
  responseMode: 'form_post' | 'fragment'
  scopes: readonly string[]
  state: string
  nonce: string
  challenge: string
  /** The `claims` parameter, complete. */
  claims: string | undefined
  prompt: string | undefined
  loginHint: string | undefined
}

/**
 * Where a browser goes to sign in (RFC 6749, 4.1.1; RFC 7636, 4.3; OpenID Connect Core, 3.1.2.1). Throws a `TypeError`
 * for an address that must not be opened in a browser: one that is neither https nor http on loopback, or that contains
 * a character which something between here and the browser could interpret.
 */
export function authorizationUrl(parts: AuthorizationUrl): string {
  const { authority, tenantId, claims, prompt, loginHint } = parts
  const query = new URLSearchParams({
    client_id: parts.clientId,
    response_type: 'code',
    redirect_uri: parts.redirectUri,
    response_mode: parts.responseMode,
    scope: [...parts.scopes, ...userScopes].join(' '),
    state: parts.state,
    nonce: parts.nonce,
    code_challenge: parts.challenge,
    code_challenge_method: 'S256',
    client_info: '1',
  })
  for (const [name, value] of Object.entries({ claims, prompt, login_hint: loginHint })) {
    if (value !== undefined) query.set(name, value)
  }
  return checkPage(`${endpointUrl(authority, tenantId, 'authorize')}?${query}`)
}

/** Returns the address unchanged, if it may be opened in a browser. */
export function checkPage(url: string): string {
  const { protocol, hostname } = new URL(url)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
  if (isSafe && /^https?:\/\/[\w.:[\]-]+\/[\w.~/?&=%+*-]*$/.test(url)) return url
  throw new TypeError('sign-in: this address is not opened in a browser. It must be https, or http on loopback.')
}
