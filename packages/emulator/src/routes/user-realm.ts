import { json } from '../json-response.ts'
import type { RouteContext } from '../service.ts'
import { cloudInstance } from './cloud-instance.ts'

/**
 * `GET /common/userrealm/{user}`: where a user's password is checked. MSAL for Python asks before it sends one. Users of
 * domains that nobody declared are unknown.
 */
export function userRealm({ request, params, service }: RouteContext): Response {
  const domain = domainOf(params.user ?? '')
  const { tenants, users } = service.directory
  const isManaged =
    tenants.some(({ domains }) => domains.includes(domain)) ||
    users.some(({ username }) => domainOf(username) === domain)
  return json({
    ver: '1.0',
    account_type: isManaged ? 'Managed' : 'Unknown',
    ...(isManaged ? { domain_name: domain } : {}),
    cloud_instance_name: cloudInstance(request),
    cloud_audience_urn: 'urn:federation:MicrosoftOnline',
  })
}

function domainOf(username: string): string {
  return username.slice(username.lastIndexOf('@') + 1).toLowerCase()
}
