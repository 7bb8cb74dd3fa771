import type { Tenant } from '../directory/entries.ts'
import type { RouteContext } from '../service.ts'
import { type Listed, listed } from './resource-manager-answer.ts'

/**
 * `GET /tenants` of Azure Resource Manager (https://learn.microsoft.com/rest/api/resources/tenants/list): the tenants
 * that the caller belongs to.
 */
export function tenants(context: RouteContext): Promise<Response> {
  return listed(context, (tenant) => [tenantEntry(tenant)])
}

/** `GET /subscriptions` (https://learn.microsoft.com/rest/api/resources/subscriptions/list): those of the token's tenant. */
export function subscriptions(context: RouteContext): Promise<Response> {
  const { directory } = context.service
  return listed(context, (tenant) =>
    directory.subscriptions
      .filter(({ tenantId }) => tenantId === tenant.id)
      .map(({ id, name, tenantId }) => ({
        id: `/subscriptions/${id}`,
        authorizationSource: 'RoleBased',
        managedByTenants: [],
        subscriptionId: id,
        tenantId,
        displayName: name,
        state: 'Enabled',
        subscriptionPolicies: {
          locationPlacementId: 'Public_2014-09-01',
          quotaId: 'PayAsYouGo_2014-09-01',
          spendingLimit: 'Off',
        },
      })),
  )
}

function tenantEntry({ id, name, domains }: Tenant): Listed {
  return {
    id: `/tenants/${id}`,
    tenantId: id,
    countryCode: 'US',
    displayName: name,
    domains,
    defaultDomain: domains[0] ?? '',
    tenantType: 'AAD',
    tenantCategory: 'Home',
  }
}
