import { decodeJwt } from 'jose'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  discovery,
  fetchUserInfo,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
} from 'openid-client'
import { afterAll, expect, test } from 'vitest'
import { ada } from './signing-in.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'
import { contosoWithWebApp, signAdaIn, webApp } from './web-app.ts'

const azureCliId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const emulator = await startTrustedEmulator({
  directory: contosoWithWebApp(),
  deviceCode: { intervalSeconds: 1 },
})
afterAll(() => emulator.close())

/** The app, by the metadata of its tenant. */
function discovered(): Promise<Configuration> {
  return discovery(new URL(`${emulator.url}/${webApp.tenantId}/v2.0`), webApp.clientId, webApp.secret)
}

test('openid-client finds the endpoints by the metadata, and gets an app’s own token', async () => {
  const tokens = await clientCredentialsGrant(await discovered(), { scope: 'https://graph.microsoft.com/.default' })
  expect(decodeJwt(tokens.access_token)).toMatchObject({ appid: webApp.clientId, aud: 'https://graph.microsoft.com' })
})

test('openid-client signs a user in with PKCE, state and nonce, checks the ID token, refreshes, and asks UserInfo', async () => {
  const config = await discovered()
  const [pkceCodeVerifier, expectedState, expectedNonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()]
  const address = buildAuthorizationUrl(config, {
    redirect_uri: webApp.redirectUri,
    scope: 'openid profile email offline_access User.Read',
    code_challenge: await calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...{ state: expectedState, nonce: expectedNonce },
  })
  const back = await signAdaIn(emulator, address)
  const tokens = await authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState, expectedNonce })
  const claims = tokens.claims()
  expect(claims).toMatchObject({ preferred_username: ada, name: 'Ada Lovelace', tid: webApp.tenantId })
  const again = await refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(again.claims()?.sub).toBe(claims?.sub)
  const info = await fetchUserInfo(config, again.access_token, claims?.sub ?? '')
  expect(info).toMatchObject({ name: 'Ada Lovelace', email: ada })
})

test('openid-client polls for a device’s code until it is approved', async () => {
  const config = await discovery(new URL(`${emulator.url}/${webApp.tenantId}/v2.0`), azureCliId, undefined, None())
  const device = await initiateDeviceAuthorization(config, { scope: 'openid https://storage.azure.com/.default' })
  emulator.approveDeviceCode(device.user_code, { user: ada })
  const tokens = await pollDeviceAuthorizationGrant(config, device)
  expect(decodeJwt(tokens.access_token)).toMatchObject({ upn: ada, aud: 'https://storage.azure.com' })
})

test('openid-client reads the emulator’s refusal', async () => {
  const config = await discovery(new URL(`${emulator.url}/${webApp.tenantId}/v2.0`), webApp.clientId, 'wrong')
  const refused = clientCredentialsGrant(config, { scope: 'https://graph.microsoft.com/.default' })
  await expect(refused).rejects.toMatchObject({ error: 'invalid_client', status: 401 })
})
