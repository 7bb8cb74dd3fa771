import { json } from '../json-response.ts'
import type { RouteContext } from '../service.ts'

/** `GET /common/userrealm/{user}`: where a user's password is checked. MSAL for Python asks before it sends one. */
export function userRealm({ params }: RouteContext): Response {
  const login = params.user ?? ''
  return json({
    ver: '1.0',
    account_type: 'Managed',
    domain_name: login.split('@')[1] ?? '',
    cloud_instance_name: 'localhost',
    cloud_audience_urn: 'urn:federation:MicrosoftOnline',
  })
}
