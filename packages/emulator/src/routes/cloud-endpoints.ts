import { json } from '../http/answer.ts'
import type { RouteContext } from '../http/received-request.ts'

/**
 * `GET /metadata/endpoints` of Azure Resource Manager: the cloud's addresses, from which Terraform and the Azure CLI
 * find the others. It has one cloud, whose authority, Resource Manager and Microsoft Graph are the emulator; the
 * suffixes of services are those of the public cloud.
 */
export function cloudEndpoints({ request }: RouteContext<unknown>): Response {
  const { origin, query } = request
  const version = query['api-version']
  if (version === undefined) {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.'
    return json({ error: { code: 'MissingApiVersionParameter', message } }, { status: 400 })
  }
  const cloud = {
    portal: origin,
    authentication: {
      loginEndpoint: origin,
      audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
      tenant: 'common',
      identityProvider: 'AAD',
    },
    media: 'https://rest.media.azure.net',
    graphAudience: 'https://graph.windows.net/',
    graph: origin,
    name: 'AzureCloud',
    suffixes,
    batch: 'https://batch.core.windows.net/',
    resourceManager: `${origin}/`,
    vmImageAliasDoc:
      'https://raw.githubusercontent.com/Azure/azure-rest-api-specs/main/arm-compute/quickstart-templates/aliases.json',
    activeDirectoryDataLake: 'https://datalake.azure.net/',
    sqlManagement: 'https://management.core.windows.net:8443/',
    microsoftGraphResourceId: 'https://graph.microsoft.com/',
    appInsightsResourceId: 'https://api.applicationinsights.io',
    appInsightsTelemetryChannelResourceId: 'https://dc.applicationinsights.azure.com/v2/track',
    attestationResourceId: 'https://attest.azure.net',
    synapseAnalyticsResourceId: 'https://dev.azuresynapse.net',
    logAnalyticsResourceId: 'https://api.loganalytics.io',
    ossrDbmsResourceId: 'https://ossrdbms-aad.database.windows.net',
    gallery: 'https://gallery.azure.com/',
  }
  // Versions until 2019 are lists of clouds; later ones are just the cloud that the request went to.
  return json(version < '2020' ? [cloud] : cloud)
}

const suffixes = {
  azureDataLakeStoreFileSystem: 'azuredatalakestore.net',
  acrLoginServer: 'azurecr.io',
  sqlServerHostname: 'database.windows.net',
  azureDataLakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
  keyVaultDns: 'vault.azure.net',
  storage: 'core.windows.net',
  azureFrontDoorEndpointSuffix: 'azurefd.net',
  storageSyncEndpointSuffix: 'afs.azure.net',
  mhsmDns: 'managedhsm.azure.net',
  mysqlServerEndpoint: 'mysql.database.azure.com',
  postgresqlServerEndpoint: 'postgres.database.azure.com',
  mariadbServerEndpoint: 'mariadb.database.azure.com',
  synapseAnalytics: 'dev.azuresynapse.net',
  attestationEndpoint: 'attest.azure.net',
}
