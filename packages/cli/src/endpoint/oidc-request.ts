import { type Family, single } from './family.ts'

/** The audience of tokens that Entra ID takes as an app's assertion, in the public cloud. */
const exchangeAudience = 'api://AzureADTokenExchange'

/**
 * The request by which a job of GitHub Actions gets its OIDC token (https://docs.github.com/actions/reference/security/oidc),
 * which Terraform's providers know as `ARM_OIDC_REQUEST_URL`.
 */
export const oidcRequest: Family = {
  name: 'oidc',
  method: 'GET',
  path: '/oidc/token',
  shownSecret: ({ headers }) => /^bearer ([^\s]+)$/i.exec(headers.authorization ?? '')?.[1],
  read: ({ query }) => {
    if (!query.has('audience')) return { kind: 'assertion', audience: exchangeAudience }
    const audience = single(query, 'audience')
    if (audience === undefined)
      return { status: 400, reason: 'The parameter audience must be given once, and not be empty.' }
    return { kind: 'assertion', audience }
  },
  answer: ({ token }) => ({ count: token.length, value: token }),
  refuse: ({ status, reason }) => ({ statusCode: status, message: reason }),
}
