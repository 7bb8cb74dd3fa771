import { AzureAuthorityHosts } from '@azure/identity'
import installed from '@azure/identity/package.json' with { type: 'json' }
import type { Row } from './row.ts'
import { nameOfError, withVariables } from './seen.ts'
import { clientId, clientSecret, scope, tenantId, tokenService } from './token-service.ts'

/** Options that credentials share. */
export const options: readonly Row[] = [
  {
    name: 'the addresses of the clouds',
    see: (library) => [
      library.AzureAuthorityHosts.AzurePublicCloud,
      library.AzureAuthorityHosts.AzureGovernment,
      library.AzureAuthorityHosts.AzureChina,
      library.AzureAuthorityHosts.AzureGermany,
    ],
    both: [
      'https://login.microsoftonline.com',
      'https://login.microsoftonline.us',
      'https://login.chinacloudapi.cn',
      'https://login.microsoftonline.de',
    ],
  },
  {
    name: 'authorityHost leads to another cloud',
    see: async ({ ClientSecretCredential }) => {
      const given = { httpClient: tokenService(), authorityHost: AzureAuthorityHosts.AzureGovernment }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)
      return given.httpClient.requests.map(({ host }) => host)
    },
    both: ['login.microsoftonline.us'],
  },
  {
    name: 'AZURE_AUTHORITY_HOST leads to another cloud',
    see: ({ ClientSecretCredential }) =>
      withVariables({ AZURE_AUTHORITY_HOST: AzureAuthorityHosts.AzureChina }, async () => {
        const httpClient = tokenService()
        await new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient }).getToken(scope)
        return httpClient.requests.map(({ host }) => host)
      }),
    peer: ['login.partner.microsoftonline.cn'],
    ours: ['login.chinacloudapi.cn'],
    onPurpose: 'The host of a cloud is replaced',
  },
  {
    name: 'authorityHost wins over the variable',
    see: ({ ClientSecretCredential }) =>
      withVariables({ AZURE_AUTHORITY_HOST: AzureAuthorityHosts.AzureChina }, async () => {
        const given = { httpClient: tokenService(), authorityHost: AzureAuthorityHosts.AzurePublicCloud }
        await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)
        return given.httpClient.requests.map(({ host }) => host)
      }),
    both: ['login.microsoftonline.com'],
  },
  {
    name: 'authorityHost over plain http',
    see: ({ ClientSecretCredential }) =>
      nameOfError(() => {
        const given = { authorityHost: 'http://login.contoso.example' }
        return new ClientSecretCredential(tenantId, clientId, clientSecret, given)
      }),
    peer: 'Error',
    ours: 'TypeError',
    onPurpose: 'A malformed argument',
  },
  {
    name: 'authorityHost without a scheme',
    see: ({ ClientSecretCredential }) =>
      nameOfError(() => {
        const given = { authorityHost: 'login.microsoftonline.us', httpClient: tokenService() }
        return new ClientSecretCredential(tenantId, clientId, clientSecret, given)
      }),
    peer: 'Error',
    ours: 'no error',
    onPurpose: '`authorityHost` without a scheme',
  },
  {
    name: 'User-Agent begins with the prefix that the program gives',
    see: async ({ ClientSecretCredential }) => {
      const given = { httpClient: tokenService(), userAgentOptions: { userAgentPrefix: 'contoso-shop/1.2' } }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)
      return given.httpClient.requests[0]?.header('User-Agent')?.split(' ')[0]
    },
    both: 'contoso-shop/1.2',
  },
  {
    name: 'User-Agent has the product that services count by, of the version that is installed here',
    see: async ({ ClientSecretCredential }) => {
      const given = { httpClient: tokenService() }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)
      const products = given.httpClient.requests[0]?.header('User-Agent')?.split(' ')
      return products?.includes(`azsdk-js-identity/${installed.version}`)
    },
    both: true,
  },
  {
    name: 'each request has an id of its own',
    see: async ({ ClientSecretCredential }) => {
      const given = { httpClient: tokenService() }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)
      return given.httpClient.requests[0]?.header('x-ms-client-request-id')?.length
    },
    both: 36,
  },
  {
    name: 'the header of that id has the name that the program gives',
    see: async ({ ClientSecretCredential }) => {
      const given = {
        httpClient: tokenService(),
        telemetryOptions: { clientRequestIdHeaderName: 'x-contoso-request' },
      }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)
      return given.httpClient.requests[0]?.header('x-contoso-request')?.length
    },
    both: 36,
  },
  {
    name: 'a policy of the program’s own',
    see: async ({ ClientSecretCredential }) => {
      let passed = 0
      const policy = {
        name: 'counting',
        sendRequest: (request: never, next: (request: never) => never) => {
          passed++
          return next(request)
        },
      }
      const given = {
        httpClient: tokenService(),
        additionalPolicies: [{ policy, position: 'perCall' as const }],
      }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)
      return passed > 0
    },
    peer: true,
    ours: false,
    onPurpose: '`agent`, `additionalPolicies`',
  },
  {
    name: 'an option that no credential has',
    see: async ({ ClientSecretCredential }) => {
      const given = { httpClient: tokenService(), misspelt: true }
      return (await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)).tokenType
    },
    both: 'Bearer',
  },
  {
    name: 'the caller’s options are left as they are',
    see: async ({ ClientSecretCredential }) => {
      const given = Object.freeze({ httpClient: tokenService(), retryOptions: Object.freeze({ maxRetries: 0 }) })
      return (await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)).tokenType
    },
    both: 'Bearer',
  },
  {
    name: 'options that are undefined count as not given',
    see: async ({ ClientSecretCredential }) => {
      const given = { httpClient: tokenService(), authorityHost: undefined, retryOptions: undefined } as object
      return (await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope)).tokenType
    },
    both: 'Bearer',
  },
  {
    name: 'tokens that are to outlive the program, without a plug-in',
    see: ({ ClientSecretCredential }) =>
      nameOfError(() => {
        const given = { tokenCachePersistenceOptions: { enabled: true } }
        return new ClientSecretCredential(tenantId, clientId, clientSecret, given)
      }),
    peer: 'Error',
    ours: 'no error',
    onPurpose: '`tokenCachePersistenceOptions` without a plug-in',
  },
  {
    name: 'disableInstanceDiscovery with an authority of one’s own costs no request of discovery',
    see: async ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      const given = { httpClient, disableInstanceDiscovery: true, authorityHost: 'https://login.contoso.example' }
      await new ClientSecretCredential(tenantId, clientId, clientSecret, given).getToken(scope).catch(() => undefined)
      return httpClient.requests.filter(({ path }) => path.includes('/discovery/')).length
    },
    both: 0,
  },
]
