import { decodeJwt, type JWTPayload } from 'jose'
import { expect } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { clientId, secret, tenantId } from './contoso.ts'

/** The fields of a good request; `undefined` removes one. */
export type Form = Record<string, string | undefined>

export interface TokenRequestOptions {
  path?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** Sends a client-credentials request that is right but for `changes`. */
export function requestToken(
  emulator: Emulator,
  changes: Form = {},
  options: TokenRequestOptions = {},
): Promise<Response> {
  const form: Form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    scope: 'https://storage.azure.com/.default',
    ...changes,
  }
  const { path = `/${tenantId}/oauth2/v2.0/token`, ...rest } = options
  const set = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined)
  return emulator.fetch(emulator.url + path, { method: 'POST', body: new URLSearchParams(set), ...rest })
}

export interface TokenAnswer {
  token_type: string
  expires_in: number
  ext_expires_in: number
  refresh_in?: number
  access_token: string
}

/** The same, when it must succeed: the answer and the claims of its token. */
export async function issuedToken(
  emulator: Emulator,
  changes: Form = {},
  options: TokenRequestOptions = {},
): Promise<{ answer: TokenAnswer; claims: JWTPayload }> {
  const response = await requestToken(emulator, changes, options)
  const answer = (await response.json()) as TokenAnswer
  expect(answer).toHaveProperty('access_token')
  return { answer, claims: decodeJwt(answer.access_token) }
}

export interface RefusalBody {
  error: string
  error_description: string
  error_codes: number[]
  timestamp: string
  trace_id: string
  correlation_id: string
  error_uri: string
  suberror?: string
  claims?: string
}

export async function refusalOf(response: Response): Promise<RefusalBody> {
  expect(response.status).toBeGreaterThanOrEqual(400)
  return (await response.json()) as RefusalBody
}
