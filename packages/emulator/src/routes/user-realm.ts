import type { Directory } from '../directory/directory.ts'
import { json } from '../http/answer.ts'
import type { RouteContext } from '../http/received-request.ts'
import { cloudInstance } from './metadata.ts'

/**
 * `GET /common/userrealm/{user}`, or with `?user=`: where a user's password is checked. MSAL for Python asks before it
 * sends one. Users of undeclared domains are unknown. With `api-version` 2, the fields have the names of that version.
 */
export function userRealm({
  request,
  params,
  service,
}: RouteContext<{ directory: Pick<Directory, 'tenants' | 'users'> }>): Response {
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
