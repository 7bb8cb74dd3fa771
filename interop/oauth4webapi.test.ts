import { decodeJwt } from 'jose'
import {
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  type Client,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  clientCredentialsGrantRequest,
  discoveryRequest,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  getValidatedIdTokenClaims,
  processAuthorizationCodeResponse,
  processClientCredentialsResponse,
  processDiscoveryResponse,
  validateApplicationLevelSignature,
  validateAuthResponse,
} from 'oauth4webapi'
import { afterAll, expect, test } from 'vitest'
import { ada } from './signing-in.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'
import { contosoWithWebApp, signAdaIn, webApp } from './web-app.ts'

const emulator = await startTrustedEmulator({ directory: contosoWithWebApp() })
afterAll(() => emulator.close())

const client: Client = { client_id: webApp.clientId }
const proof = ClientSecretPost(webApp.secret)

/** The tenant, by OpenID Connect's metadata or by that of OAuth 2.0 (RFC 8414). */
async function discovered(algorithm: 'oidc' | 'oauth2'): Promise<AuthorizationServer> {
  const issuer = new URL(`${emulator.url}/${webApp.tenantId}/v2.0`)
  return processDiscoveryResponse(issuer, await discoveryRequest(issuer, { algorithm }))
}

test.for(['oidc', 'oauth2'] as const)(
  'oauth4webapi takes the metadata, found as %s, and an app’s own token',
  async (algorithm) => {
    const server = await discovered(algorithm)
    const scope = new URLSearchParams({ scope: 'https://storage.azure.com/.default' })
    const answer = await clientCredentialsGrantRequest(server, client, proof, scope)
    const { access_token: token, token_type: type } = await processClientCredentialsResponse(server, client, answer)
    expect(type).toBe('bearer')
    expect(decodeJwt(token)).toMatchObject({ aud: 'https://storage.azure.com', appid: webApp.clientId })
  },
)

test('oauth4webapi takes the answer, the code and the ID token of a sign-in, whose signature it checks', async () => {
  const server = await discovered('oidc')
  const [verifier, state, nonce] = [generateRandomCodeVerifier(), generateRandomState(), generateRandomNonce()]
  const address = new URL(server.authorization_endpoint ?? '')
  const asked = {
    ...{ client_id: webApp.clientId, response_type: 'code', redirect_uri: webApp.redirectUri, state, nonce },
    scope: 'openid https://graph.microsoft.com/User.Read',
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  address.search = String(new URLSearchParams(asked))
  const parameters = validateAuthResponse(server, client, await signAdaIn(emulator, address), state)
  const answer = await authorizationCodeGrantRequest(server, client, proof, parameters, webApp.redirectUri, verifier)
  const tokens = await processAuthorizationCodeResponse(server, client, answer, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  await validateApplicationLevelSignature(server, answer)
  expect(getValidatedIdTokenClaims(tokens)).toMatchObject({ preferred_username: ada, ver: '2.0' })
})
