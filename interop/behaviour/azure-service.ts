import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import type { Library } from './row.ts'
import { clientId, clientSecret, tenantId, tokenService } from './token-service.ts'

/** What an Azure client did with a credential: what it asked for, and what it sent to its service. */
export interface Use {
  /** The scopes that it asked for, once a request to the token endpoint. */
  scopes: (string | undefined)[]
  /** Whether its requests carried the token that the credential has for the scope. */
  isTokenSent: boolean
}

/** A service that takes every request, and what it was sent. Key vaults ask for a token first. */
export interface AzureService extends HttpClient {
  readonly authorizations: string[]
}

/** Starts a client of an Azure service with a credential of the library, and tells how it used it. */
export async function use(
  { ClientSecretCredential }: Library,
  start: (credential: TokenCredential, service: AzureService) => Promise<unknown>,
): Promise<Use> {
  const tokens = tokenService()
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokens })
  const service = azureService()
  // What the service answers is nobody's concern here.
  await start(credential, service).catch(() => undefined)
  const scopes = tokens.requests.map(({ form }) => form.scope)
  const enableCae = tokens.requests.some(({ form }) => form.claims !== undefined)
  const { token } = await credential.getToken(scopes[0] ?? 'nothing', { enableCae })
  const sent = service.authorizations.filter((authorization) => authorization !== '').map(decodeURIComponent)
  return { scopes, isTokenSent: sent.length > 0 && sent.every((authorization) => authorization.endsWith(token)) }
}

function azureService(): AzureService {
  const authorizations: string[] = []
  return {
    authorizations,
    async sendRequest(request) {
      const authorization = request.headers.get('Authorization') ?? ''
      authorizations.push(authorization)
      const challenge = `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="https://vault.azure.net"`
      const asks = authorization === '' && new URL(request.url).host.includes('.vault.')
      const headers = createHttpHeaders(
        asks ? { 'WWW-Authenticate': challenge } : { 'Content-Type': 'application/json' },
      )
      return { request, status: asks ? 401 : 200, headers, bodyAsText: '{}' }
    },
  }
}
