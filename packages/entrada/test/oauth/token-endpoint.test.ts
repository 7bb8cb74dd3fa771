import { expect, test } from 'vitest'
import { AuthenticationError } from '../../src/errors.ts'
import type { HttpAnswer, HttpRequest } from '../../src/http/exchange.ts'
import { HttpFailure } from '../../src/http/failure.ts'
import { clientSecret } from '../../src/oauth/client-authentication.ts'
import { refreshToken } from '../../src/oauth/grants.ts'
import { noTokenError, refusalError } from '../../src/oauth/refusal.ts'
import {
  processTokenResponse,
  sendTokenRequest,
  type TokenEndpoint,
  tokenRequest,
} from '../../src/oauth/token-endpoint.ts'
import { failure } from '../world.ts'

const { signal } = new AbortController()
const answer = (status: number, body: unknown): HttpAnswer => ({
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  header: () => undefined,
  sentAt: 0,
  sentMoment: 0,
  retryAfterMs: undefined,
})

/** An endpoint whose requests are answered by a function. */
function endpointWith(
  send: (request: HttpRequest) => Promise<HttpAnswer>,
  parts: Partial<TokenEndpoint> = {},
): TokenEndpoint {
  return {
    credential: 'X',
    authority: 'https://login.example',
    clientId: 'client',
    authenticate: clientSecret('secret'),
    http: { send, close: () => undefined },
    now: () => 0,
    emit: () => undefined,
    ...parts,
  }
}
const unasked = (): Promise<HttpAnswer> => Promise.reject(new Error('nothing may be sent'))
const asked = { tenantId: 'tenant', scopes: ['https://a/.default'], enableCae: false, signal }

test('a token request is built whole before anything is sent', async () => {
  const { url, form } = await tokenRequest(endpointWith(unasked), refreshToken('R'), { ...asked, enableCae: true })
  expect(url).toBe('https://login.example/tenant/oauth2/v2.0/token')
  expect(Object.fromEntries(form)).toEqual({
    client_id: 'client',
    scope: 'https://a/.default openid profile offline_access',
    grant_type: 'refresh_token',
    refresh_token: 'R',
    claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}',
    client_secret: 'secret',
  })
})

test('an assertion is made out to the global endpoint where a regional one is asked', async () => {
  let audience: string | undefined
  const regional = endpointWith(unasked, {
    authority: 'https://westus2.login.example',
    audience: 'https://login.example',
    authenticate: (_, { tokenUrl }) => {
      audience = tokenUrl
    },
  })
  const { url } = await tokenRequest(regional, refreshToken('R'), asked)
  expect([url, audience]).toEqual([
    'https://westus2.login.example/tenant/oauth2/v2.0/token',
    'https://login.example/tenant/oauth2/v2.0/token',
  ])
})

test('only AD FS is asked for its token endpoint, which has to be on its own origin', async () => {
  const metadata = (endpoint: string) => endpointWith(async () => answer(200, { token_endpoint: endpoint }))
  const adfs = { ...asked, tenantId: 'adfs' }
  const { url } = await tokenRequest(metadata('https://login.example/adfs/token'), refreshToken('R'), adfs)
  expect(url).toBe('https://login.example/adfs/token')
  const error = await failure(tokenRequest(metadata('https://evil.example/token'), refreshToken('R'), adfs))
  expect(error.message).toMatch(/names no token endpoint on its own origin/)
})

test('a request is sent as a form, and a failure on the way is a network error', async () => {
  let sent: HttpRequest | undefined
  const form = new URLSearchParams({ a: 'b c' })
  const kept = endpointWith(async (request) => {
    sent = request
    return answer(200, {})
  })
  await sendTokenRequest(kept, { url: 'https://login.example/t', form }, signal)
  expect(sent).toEqual({
    method: 'POST',
    url: 'https://login.example/t',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
    body: 'a=b+c',
  })
  const down = endpointWith(() => Promise.reject(new HttpFailure('network', 'ECONNREFUSED')))
  const error = await failure(sendTokenRequest(down, { url: 'https://login.example/t', form }, signal))
  expect(error).toMatchObject({ statusCode: 0, errorResponse: { error: 'network_error' } })
})

test('an answer is read as a token, or as the reason why there is none', () => {
  const body = { access_token: 'T', expires_in: 60, id_token: 'I' }
  expect(processTokenResponse({ ...answer(200, body), sentAt: 1000, sentMoment: 40 })).toEqual({
    issued: { token: 'T', tokenType: 'Bearer', expiresAt: 61_000, issuedAt: 1000, issuedMoment: 40 },
    body,
  })
  expect(processTokenResponse(answer(200, '<html>'))).toEqual({ reason: 'the response is not a JSON object' })
  expect(processTokenResponse(answer(200, {}))).toEqual({ reason: 'the response has no access_token' })
  expect(processTokenResponse(answer(400, body))).toEqual({ reason: 'refused' })
})

test('the error of a refusal is made from only the response and the form', () => {
  const refused = answer(401, { error: 'invalid_client', error_description: 'AADSTS7000215: secret is wrong.' })
  const form = new URLSearchParams({ client_secret: 'secret' })
  const error = refusalError({ credential: 'X', answer: refused, scopes: ['a'], form })
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error.message).toBe(
    'X: Microsoft Entra ID refused the request with invalid_client (HTTP 401): AADSTS7000215: *** is wrong. Copy the value of the client secret, not its id, or create a new one in the app registration.',
  )
  expect(noTokenError('X', 'https://login.example/t', 'it is empty').message).toMatch(
    /^X: login\.example returned no token/,
  )
})
