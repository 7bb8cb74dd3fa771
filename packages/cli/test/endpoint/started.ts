import type { TokenCredential } from 'entrada'
import { onTestFinished } from 'vitest'
import type { AuditEntry } from '../../src/endpoint/audit.ts'
import { type Endpoint, type EndpointOptions, startEndpoint } from '../../src/endpoint/endpoint.ts'
import { type RawRequest, type RawResponse, rawRequest } from './raw-request.ts'

/** The app of `unsignedToken`. */
export const clientId = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
export const objectId = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'

/** In milliseconds since the epoch. */
export const noon: number = Date.UTC(2026, 10, 29, 12)

/** A token of the form that Entra ID's have, for a scope. */
export function unsignedToken(scope: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ aud: scope, appid: clientId, oid: objectId })}.signature`
}

export interface StartedEndpoint extends Endpoint {
  /** The scopes that the credential was asked for. */
  asked: string[]
  audited: AuditEntry[]
  ask(request: Omit<RawRequest, 'port'>): Promise<RawResponse>
  /** A request of App Service's clients that is in order, with changes. */
  askAppService(changes?: Record<string, string>, query?: string): Promise<RawResponse>
}

/** An endpoint over a credential whose tokens end an hour after noon; it ends with the test. */
export async function startForTest(
  options: Partial<EndpointOptions> & { getToken?: TokenCredential['getToken'] } = {},
): Promise<StartedEndpoint> {
  const asked: string[] = []
  const audited: AuditEntry[] = []
  const {
    getToken = (scope) => Promise.resolve({ token: unsignedToken(String(scope)), expiresOnTimestamp: noon + 3600_000 }),
  } = options
  const endpoint = await startEndpoint({
    credential: {
      getToken: (scope, ...rest) => {
        asked.push(String(scope))
        return getToken(scope, ...rest)
      },
    },
    audit: (entry) => audited.push(entry),
    ...options,
    world: { now: () => noon, ...options.world },
  })
  onTestFinished(() => endpoint.close())
  const ask: StartedEndpoint['ask'] = (request) => rawRequest({ port: endpoint.port ?? 0, ...request })
  return {
    ...endpoint,
    asked,
    audited,
    ask,
    askAppService: (changes = {}, query = 'api-version=2019-08-01&resource=https://vault.azure.net') =>
      ask({ target: `/msi/token?${query}`, headers: { 'X-IDENTITY-HEADER': endpoint.secret, ...changes } }),
  }
}
