import { json } from '../json-response.ts'
import type { RouteContext } from '../service.ts'
import { cloudInstance } from './cloud-instance.ts'

/**
 * `GET /common/userrealm/{user}`, or with `?user=`: where a user's password is checked. MSAL for Python asks before it
 * sends one. Users of domains that nobody declared are unknown. In the words of version 2 where `api-version` says so.
 */
export function userRealm({ request, params, service }: RouteContext): Response {
  const login = params.user ?? request.query.user ?? ''
  const domain = domainOf(login)
  const { tenants, users } = service.directory
  const home = tenants.find(({ domains }) => domains.includes(domain))
  const isManaged = home !== undefined || users.some(({ username }) => domainOf(username) === domain)
  const kind = isManaged ? 'Managed' : 'Unknown'
  const cloud = {
    cloud_instance_name: cloudInstance(request),
    cloud_audience_urn: 'urn:federation:MicrosoftOnline',
  }
  if (request.query['api-version']?.startsWith('2')) {
    const brand = home === undefined ? {} : { FederationBrandName: home.name }
    return json({ NameSpaceType: kind, Login: login, ...(isManaged ? { DomainName: domain } : {}), ...brand, ...cloud })
  }
  return json({ ver: '1.0', account_type: kind, ...(isManaged ? { domain_name: domain } : {}), ...cloud })
}

function domainOf(username: string): string {
  return username.slice(username.lastIndexOf('@') + 1).toLowerCase()
}
