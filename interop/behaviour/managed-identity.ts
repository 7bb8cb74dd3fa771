import type { ManagedIdentityCredentialClientIdOptions } from '@azure/identity'
import type { Library, Row } from './row.ts'
import { nameOfError, pick, says, withVariables } from './seen.ts'
import {
  type Answer,
  clientId,
  type SeenRequest,
  scope,
  type TokenService,
  tenantId,
  tokenService,
} from './token-service.ts'
import { untouched } from './untouched.ts'

const resource = 'https://vault.azure.net'
const objectId = 'a8eb0000-0000-4000-8000-000000000004'
const resourceId =
  '/subscriptions/a8eb0000-0000-4000-8000-000000000005/resourceGroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web'
const appService = { IDENTITY_ENDPOINT: 'http://127.0.0.1:41741/msi/token', IDENTITY_HEADER: 'header-of-the-host' }

/** A token of a day. */
function hostToken(forResource = resource): Answer {
  const seconds = Math.floor(Date.now() / 1000) + 86_400
  const body = { access_token: 'token-of-the-host', expires_in: '86400', expires_on: String(seconds) }
  return { body: { ...body, token_type: 'Bearer', client_id: clientId, resource: forResource } }
}

interface Asking {
  options?: object
  variables?: Record<string, string>
  answers?: Answer[]
  calls?: number
}

/** Asks a host for tokens, and gives what it was sent. */
function ask(library: Library, { options = {}, variables = {}, answers = [hostToken()], calls = 1 }: Asking) {
  const { ManagedIdentityCredential } = untouched(library)
  return withVariables(variables, async () => {
    const service = tokenService(...answers)
    const credential = new ManagedIdentityCredential({
      ...{ httpClient: service, retryOptions: { maxRetries: 0 } },
      ...options,
    } as ManagedIdentityCredentialClientIdOptions)
    const tokens = []
    for (let call = 0; call < calls; call++) tokens.push(await credential.getToken(scope))
    return { requests: service.requests, tokens }
  })
}

function queryOf({ query }: SeenRequest): Record<string, unknown> {
  return pick(query, 'api-version', 'resource', 'client_id', 'object_id', 'msi_res_id', 'mi_res_id', 'clientid')
}

function failing(library: Library, ...answers: Answer[]): () => Promise<unknown> {
  return () => ask(library, { answers })
}

const notFound: Answer = { status: 400, body: { error: 'invalid_request', error_description: 'Identity not found' } }

/** The identity that an Azure host gives to a program. */
export const managedIdentity: readonly Row[] = [
  {
    name: 'where a virtual machine’s host is asked, and how',
    see: async (library) => {
      const { requests } = await ask(library, {})
      return requests.map((request) => [request.method, request.host, request.path, queryOf(request)])
    },
    both: [['GET', '169.254.169.254', '/metadata/identity/oauth2/token', { 'api-version': '2018-02-01', resource }]],
  },
  {
    name: 'the header that the host of a virtual machine wants',
    see: async (library) => (await ask(library, {})).requests.map(({ header }) => header('Metadata')),
    both: ['true'],
  },
  {
    name: 'an identity by its client id',
    see: async (library) => (await ask(library, { options: { clientId } })).requests[0]?.query.client_id,
    both: clientId,
  },
  {
    name: 'an identity by its client id as the first argument',
    see: (library) =>
      withVariables({}, async () => {
        const service: TokenService = tokenService(hostToken())
        const { ManagedIdentityCredential } = untouched(library)
        await new ManagedIdentityCredential(clientId, { httpClient: service }).getToken(scope)
        return service.requests[0]?.query.client_id
      }),
    both: clientId,
  },
  {
    name: 'an identity by its object id',
    see: async (library) => (await ask(library, { options: { objectId } })).requests[0]?.query.object_id,
    both: objectId,
  },
  {
    name: 'an identity by its resource id',
    see: async (library) => (await ask(library, { options: { resourceId } })).requests[0]?.query.msi_res_id,
    both: resourceId,
  },
  {
    name: 'what App Service is asked',
    see: async (library) => {
      const { requests } = await ask(library, { variables: appService })
      return requests.map((request) => [request.path, queryOf(request), request.header('X-IDENTITY-HEADER')])
    },
    both: [['/msi/token', { 'api-version': '2019-08-01', resource }, 'header-of-the-host']],
  },
  {
    name: 'an identity of App Service by its resource id',
    see: async (library) => {
      const { requests } = await ask(library, { variables: appService, options: { resourceId } })
      return requests[0]?.query.mi_res_id
    },
    both: resourceId,
  },
  {
    name: 'what Azure Machine Learning is asked',
    see: async (library) => {
      const variables = { MSI_ENDPOINT: 'http://127.0.0.1:41742/msi', MSI_SECRET: 'secret-of-the-host' }
      const { requests } = await ask(library, { variables, options: { clientId } })
      return requests.map((request) => [request.method, queryOf(request), request.header('secret')])
    },
    both: [['GET', { 'api-version': '2017-09-01', resource, clientid: clientId }, 'secret-of-the-host']],
  },
  {
    name: 'what Cloud Shell is asked',
    see: async (library) => {
      const { requests } = await ask(library, { variables: { MSI_ENDPOINT: 'http://127.0.0.1:41743/oauth2/token' } })
      return requests.map((request) => [request.method, request.form.resource, request.header('Metadata')])
    },
    both: [['POST', resource, 'true']],
  },
  {
    name: 'Cloud Shell and an identity by its client id',
    see: (library) =>
      nameOfError(() =>
        ask(library, { variables: { MSI_ENDPOINT: 'http://127.0.0.1:41743/oauth2/token' }, options: { clientId } }),
      ),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'when a token of a day is to be refreshed',
    see: async (library) => {
      const { tokens } = await ask(library, {})
      return Math.round(((tokens[0]?.refreshAfterTimestamp ?? 0) - Date.now()) / 3600_000)
    },
    both: 12,
  },
  {
    name: 'a second call costs no request',
    see: async (library) => (await ask(library, { calls: 3 })).requests.length,
    both: 1,
  },
  {
    name: 'an identity that the host does not know',
    see: (library) => nameOfError(failing(library, notFound)),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'the host’s words about an identity that it does not know',
    see: (library) => says(failing(library, notFound), 'Identity not found'),
    both: true,
  },
  {
    name: 'a host that fails',
    see: (library) => nameOfError(failing(library, { status: 500, body: { error: 'server_error' } })),
    peer: 'CredentialUnavailableError',
    ours: 'AuthenticationError',
    onPurpose: 'A refusal by a managed identity',
  },
  {
    name: 'several scopes',
    see: (library) => {
      const { ManagedIdentityCredential } = untouched(library)
      const credential = new ManagedIdentityCredential({ httpClient: tokenService(hostToken()) })
      return nameOfError(() => credential.getToken([scope, 'https://storage.azure.com/.default']))
    },
    both: 'CredentialUnavailableError',
  },
  {
    name: 'claims',
    see: async (library) => {
      const { ManagedIdentityCredential } = untouched(library)
      const service = tokenService(hostToken(), hostToken())
      const credential = new ManagedIdentityCredential({ httpClient: service })
      await credential.getToken(scope)
      await credential.getToken(scope, { claims: '{"access_token":{}}' })
      return service.requests.length
    },
    peer: 1,
    ours: 2,
    onPurpose: '`claims` do not reach',
  },
  {
    name: 'two credentials with HTTP clients of their own',
    see: async (library) => {
      const { ManagedIdentityCredential } = untouched(library)
      const other = hostToken('https://storage.azure.com')
      const services = [tokenService(hostToken(), other), tokenService(other)]
      for (const [index, httpClient] of services.entries()) {
        const asked = [scope, 'https://storage.azure.com/.default'][index] ?? scope
        await new ManagedIdentityCredential({ httpClient }).getToken(asked)
      }
      return services.map(({ requests }) => requests.length)
    },
    peer: [2, 0],
    ours: [1, 1],
    onPurpose: 'The first `ManagedIdentityCredential`',
  },
  {
    name: 'the identity of an AKS workload',
    see: (library) => {
      const variables = { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId, AZURE_FEDERATED_TOKEN_FILE: '/missing' }
      return nameOfError(() => ask(library, { variables }))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'CredentialUnavailableError',
    onPurpose: 'A token file that is missing',
  },
]
