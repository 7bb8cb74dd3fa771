import { json } from '../json-response.ts'
import type { RouteContext } from '../service.ts'

/**
 * `GET /common/userrealm/{user}`, or with `?user=`: where a user's password is checked, by the domain of their name. MSAL
 * for Python asks before it sends one. In the words of version 2 where `api-version` says so.
 */
export function userRealm({ params, request, service }: RouteContext): Response {
  const login = params.user ?? request.query.user ?? ''
  const domain = login.split('@')[1]?.toLowerCase() ?? ''
  const { tenants, users } = service.directory
  const home = tenants.find(({ domains }) => domains.includes(domain))
  const isKnown = home !== undefined || users.some(({ username }) => username.toLowerCase().endsWith(`@${domain}`))
  const kind = domain !== '' && isKnown ? 'Managed' : 'Unknown'
  const cloud = { cloud_instance_name: 'localhost', cloud_audience_urn: 'urn:federation:MicrosoftOnline' }
  if (!/^2/.test(request.query['api-version'] ?? '')) {
    return json({ ver: '1.0', account_type: kind, domain_name: domain, ...cloud })
  }
  return json({
    NameSpaceType: kind,
    Login: login,
    DomainName: domain,
    FederationBrandName: home?.name ?? null,
    TenantBrandingInfo: null,
    ...cloud,
  })
}
