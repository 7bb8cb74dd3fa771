import { json } from '../json-response.ts'
import type { RouteContext } from '../service.ts'
import { cloudInstance } from './cloud-instance.ts'
import { addressedTenant, isShared } from './tenant-segment.ts'

/** The key set (RFC 7517) of a tenant, v2.0: each key also names the issuer it signs for. */
export async function keys(context: RouteContext): Promise<Response> {
  checkTenant(context)
  const { jwk } = await context.service.signingKey
  const tenant = context.params.tenant ?? ''
  const issuer = `${context.request.origin}/${isShared(tenant) ? '{tenantid}' : tenant}/v2.0`
  return json({ keys: [{ ...jwk, cloud_instance_name: cloudInstance(context.request), issuer }] })
}

/** The key set of a tenant, v1, and of AD FS. */
export async function keysV1(context: RouteContext): Promise<Response> {
  checkTenant(context)
  const { jwk } = await context.service.signingKey
  return json({ keys: [jwk] })
}

function checkTenant({ params, service }: RouteContext): void {
  const { tenant } = params
  if (tenant === undefined || isShared(tenant)) return
  addressedTenant(service.directory, tenant, { error: 'invalid_tenant' })
}
