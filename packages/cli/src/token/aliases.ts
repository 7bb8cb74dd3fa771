import { usageFailure } from '../framework/failure.ts'
import { nearest } from '../framework/nearest.ts'

/** A name for a scope that is asked for often, and where its vendor says that it is this one. */
export interface Alias {
  scope: string
  source: string
}

const learn = 'https://learn.microsoft.com'

/** The scopes of the public cloud, by the names that the products go by. */
export const aliases: Readonly<Record<string, Alias>> = {
  arm: { scope: 'https://management.azure.com/.default', source: `${learn}/rest/api/azure/` },
  graph: { scope: 'https://graph.microsoft.com/.default', source: `${learn}/graph/auth-v2-service` },
  storage: {
    scope: 'https://storage.azure.com/.default',
    source: `${learn}/azure/storage/blobs/authorize-access-azure-active-directory`,
  },
  vault: {
    scope: 'https://vault.azure.net/.default',
    source: `${learn}/azure/key-vault/general/authentication-requests-and-responses`,
  },
  sql: {
    scope: 'https://database.windows.net/.default',
    source: `${learn}/azure/azure-sql/database/authentication-aad-overview`,
  },
  postgres: {
    scope: 'https://ossrdbms-aad.database.windows.net/.default',
    source: `${learn}/azure/postgresql/flexible-server/how-to-configure-sign-in-azure-ad-authentication`,
  },
  mysql: {
    scope: 'https://ossrdbms-aad.database.windows.net/.default',
    source: `${learn}/azure/mysql/flexible-server/how-to-azure-ad`,
  },
  redis: {
    scope: 'https://redis.azure.com/.default',
    source: `${learn}/azure/azure-cache-for-redis/cache-azure-active-directory-for-authentication`,
  },
  devops: {
    scope: '499b84ac-1321-427f-aa17-267ca6975798/.default',
    source: `${learn}/azure/devops/integrate/get-started/authentication/service-principal-managed-identity`,
  },
  acr: {
    scope: 'https://containerregistry.azure.net/.default',
    source: `${learn}/azure/container-registry/container-registry-disable-authentication-as-arm`,
  },
  kusto: { scope: 'https://kusto.kusto.windows.net/.default', source: `${learn}/kusto/api/rest/authentication` },
  servicebus: {
    scope: 'https://servicebus.azure.net/.default',
    source: `${learn}/azure/service-bus-messaging/authenticate-application`,
  },
  eventhubs: {
    scope: 'https://eventhubs.azure.net/.default',
    source: `${learn}/azure/event-hubs/authenticate-application`,
  },
  openai: {
    scope: 'https://cognitiveservices.azure.com/.default',
    source: `${learn}/azure/ai-services/openai/how-to/managed-identity`,
  },
  search: { scope: 'https://search.azure.com/.default', source: `${learn}/azure/search/search-security-rbac` },
  monitor: {
    scope: 'https://monitor.azure.com/.default',
    source: `${learn}/azure/azure-monitor/logs/logs-ingestion-api-overview`,
  },
  batch: { scope: 'https://batch.core.windows.net/.default', source: `${learn}/azure/batch/batch-aad-auth` },
  databricks: {
    scope: '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default',
    source: `${learn}/azure/databricks/dev-tools/auth/aad-token-manual`,
  },
}

/** Scopes of one word that are no alias, though `openid` is close to one (OpenID Connect Core, 5.4 and 11). */
const plainScopes = ['openid', 'profile', 'email', 'offline_access']

/** The scope that an alias stands for; everything else is a scope itself. Throws a `Failure` for what must be an alias misspelt. */
export function scopeOf(given: string): string {
  if (Object.hasOwn(aliases, given)) return aliases[given]?.scope ?? given
  const near = /^\w+$/.test(given) && !plainScopes.includes(given) ? nearest(given, Object.keys(aliases)) : undefined
  if (near === undefined) return given
  throw usageFailure(`${JSON.stringify(given)} is not an alias.`, `Did you mean ${near}? See: entrada token --aliases`)
}
