import { Auth, type AuthConfig } from '@auth/core'
import MicrosoftEntraId from '@auth/core/providers/microsoft-entra-id'
import { afterAll, expect, test } from 'vitest'
import { ada } from './signing-in.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'
import { contosoWithWebApp, signAdaIn, webApp } from './web-app.ts'

const origin = 'http://localhost:3000'
const emulator = await startTrustedEmulator({
  directory: contosoWithWebApp(`${origin}/auth/callback/microsoft-entra-id`),
})
afterAll(() => emulator.close())

const config: AuthConfig = {
  basePath: '/auth',
  secret: 'a secret of Auth.js, for its cookies',
  trustHost: true,
  providers: [
    MicrosoftEntraId({
      ...{ clientId: webApp.clientId, clientSecret: webApp.secret },
      issuer: `${emulator.url}/${webApp.tenantId}/v2.0`,
      // The provider's own asks the real Microsoft Graph for a photo.
      profile: ({ sub, name, email }) => ({ id: sub, name, email }),
    }),
  ],
}

/** A browser that keeps cookies, and the pages of Auth.js, which it asks. */
function browser(): (path: string, body?: Record<string, string>) => Promise<Response> {
  const cookies = new Map<string, string>()
  return async (path, body) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const init = body === undefined ? {} : { method: 'POST', body: new URLSearchParams(body) }
    const response = await Auth(new Request(new URL(path, origin), { ...init, headers: { cookie } }), config)
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? []
      cookies.set(name, value)
    }
    return response
  }
}

test('Auth.js signs a user in by its provider for Microsoft Entra ID, and keeps a session', async () => {
  const open = browser()
  const { csrfToken } = (await (await open('/auth/csrf')).json()) as { csrfToken: string }
  const sent = await open('/auth/signin/microsoft-entra-id', { csrfToken, callbackUrl: `${origin}/home` })
  const address = new URL(sent.headers.get('location') ?? '')
  expect(address.origin).toBe(emulator.url)
  const back = await signAdaIn(emulator, address)
  const signedIn = await open(back.pathname + back.search)
  expect(signedIn.headers.get('location')).toBe(`${origin}/home`)
  expect(await (await open('/auth/session')).json()).toMatchObject({ user: { name: 'Ada Lovelace', email: ada } })
})
