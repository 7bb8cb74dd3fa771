import { AppConfigurationClient } from '@azure/app-configuration'
import { ResourceManagementClient } from '@azure/arm-resources'
import { CosmosClient } from '@azure/cosmos'
import { TableClient } from '@azure/data-tables'
import { CertificateClient } from '@azure/keyvault-certificates'
import { KeyClient } from '@azure/keyvault-keys'
import { SecretClient } from '@azure/keyvault-secrets'
import { LogsIngestionClient } from '@azure/monitor-ingestion'
import { LogsQueryClient } from '@azure/monitor-query-logs'
import { type StoragePipelineOptions as BlobOptions, BlobServiceClient, ContainerClient } from '@azure/storage-blob'
import { QueueClient, type StoragePipelineOptions as QueueOptions } from '@azure/storage-queue'
import { AzureOpenAI } from 'openai'
import { type AzureService, use } from './azure-service.ts'
import type { Row } from './row.ts'
import { clientId, clientSecret, tenantId, tokenService } from './token-service.ts'

const storage = { scopes: ['https://storage.azure.com/.default'], isTokenSent: true }
const vault = { scopes: ['https://vault.azure.net/.default'], isTokenSent: true }
const vaultUrl = 'https://contoso.vault.azure.net'

/** The clients of Azure Storage declare an HTTP client of the same shape in other words. */
function over(service: AzureService): BlobOptions & QueueOptions {
  return { httpClient: service } as unknown as BlobOptions & QueueOptions
}

/** The clients of the Azure SDK, up to the request that carries the token. */
export const azureClients: readonly Row[] = [
  {
    name: 'blobs',
    see: (library) =>
      use(library, (credential, httpClient) =>
        new BlobServiceClient('https://contoso.blob.core.windows.net', credential, over(httpClient)).getProperties(),
      ),
    both: storage,
  },
  {
    name: 'a container',
    see: (library) =>
      use(library, (credential, httpClient) =>
        new ContainerClient('https://contoso.blob.core.windows.net/orders', credential, over(httpClient)).create(),
      ),
    both: storage,
  },
  {
    name: 'queues',
    see: (library) =>
      use(library, (credential, httpClient) =>
        new QueueClient('https://contoso.queue.core.windows.net/orders', credential, over(httpClient)).getProperties(),
      ),
    both: storage,
  },
  {
    name: 'tables',
    see: (library) =>
      use(library, (credential, httpClient) => {
        const client = new TableClient('https://contoso.table.core.windows.net', 'orders', credential, { httpClient })
        return client.createEntity({ partitionKey: 'a', rowKey: '1' })
      }),
    both: storage,
  },
  {
    name: 'secrets of a key vault',
    see: (library) =>
      use(library, (credential, httpClient) => new SecretClient(vaultUrl, credential, { httpClient }).getSecret('a')),
    both: vault,
  },
  {
    name: 'keys of a key vault',
    see: (library) =>
      use(library, (credential, httpClient) => new KeyClient(vaultUrl, credential, { httpClient }).getKey('a')),
    both: vault,
  },
  {
    name: 'certificates of a key vault',
    see: (library) =>
      use(library, (credential, httpClient) =>
        new CertificateClient(vaultUrl, credential, { httpClient }).getCertificate('a'),
      ),
    both: vault,
  },
  {
    name: 'app configuration',
    see: (library) =>
      use(library, (credential, httpClient) =>
        new AppConfigurationClient('https://contoso.azconfig.io', credential, { httpClient }).getConfigurationSetting({
          key: 'a',
        }),
      ),
    both: { scopes: ['https://appconfig.azure.com/.default'], isTokenSent: true },
  },
  {
    name: 'Cosmos DB',
    see: (library) =>
      use(library, (aadCredentials, httpClient) => {
        const client = new CosmosClient({
          ...{ endpoint: 'https://contoso.documents.azure.com', aadCredentials, httpClient },
          connectionPolicy: { enableBackgroundEndpointRefreshing: false },
        })
        return client.database('shop').container('orders').item('1', 'a').read()
      }),
    both: { scopes: ['https://contoso.documents.azure.com/.default'], isTokenSent: true },
  },
  {
    name: 'resource management',
    see: (library) =>
      use(library, (credential, httpClient) =>
        new ResourceManagementClient(credential, tenantId, { httpClient }).resourceGroups.get('shop'),
      ),
    both: { scopes: ['https://management.azure.com/.default'], isTokenSent: true },
  },
  {
    name: 'queries of monitor’s logs',
    see: (library) =>
      use(library, (credential, httpClient) =>
        new LogsQueryClient(credential, { httpClient }).queryWorkspace(tenantId, 'requests', { duration: 'P1D' }),
      ),
    both: { scopes: ['https://api.loganalytics.io/.default'], isTokenSent: true },
  },
  {
    name: 'ingestion of monitor’s logs',
    see: (library) =>
      use(library, (credential, httpClient) =>
        new LogsIngestionClient('https://contoso.ingest.monitor.azure.com', credential, { httpClient }).upload(
          'dcr-1',
          'Custom-Orders',
          [{ order: 1 }],
        ),
      ),
    both: { scopes: ['https://monitor.azure.com/.default'], isTokenSent: true },
  },
  {
    name: 'OpenAI, by a bearer token provider',
    see: async ({ ClientSecretCredential, getBearerTokenProvider }) => {
      const httpClient = tokenService()
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      const authorizations: (string | null)[] = []
      const client = new AzureOpenAI({
        azureADTokenProvider: getBearerTokenProvider(credential, 'https://cognitiveservices.azure.com/.default'),
        ...{ apiVersion: '2024-10-21', endpoint: 'https://contoso.openai.azure.com', deployment: 'gpt', maxRetries: 0 },
        fetch: async (_, init) => {
          authorizations.push(new Headers(init?.headers).get('Authorization'))
          return Response.json({ choices: [] })
        },
      })
      for (let call = 0; call < 2; call++) await client.chat.completions.create({ model: 'gpt', messages: [] })
      const scopes = httpClient.requests.map(({ form }) => form.scope)
      return [scopes, new Set(authorizations).size, authorizations.every((each) => each?.startsWith('Bearer token-'))]
    },
    both: [['https://cognitiveservices.azure.com/.default'], 1, true],
  },
]
