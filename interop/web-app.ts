import type { DirectoryDeclaration, Emulator } from '@entrada/emulator'
import { ada, clientId, tenantId } from './signing-in.ts'

/** A web app with a secret, as those who sign users in on a server register it. */
export const webApp = {
  clientId,
  tenantId,
  secret: 'a secret of the web app',
  redirectUri: 'http://localhost:3000/callback',
}

/** Contoso with that app, at the redirect URIs that it is given. */
export function contosoWithWebApp(...redirectUris: string[]): DirectoryDeclaration {
  return {
    tenants: [{ id: tenantId, domains: ['contoso.example'], name: 'Contoso' }],
    apps: [
      {
        name: 'Web app',
        ...{ clientId, tenantId },
        secrets: [{ value: webApp.secret }],
        redirectUris: { web: redirectUris.length > 0 ? redirectUris : [webApp.redirectUri] },
      },
    ],
    users: [
      {
        objectId: '00000000-0000-4000-8000-00000000ada0',
        username: ada,
        password: 'enchantress',
        displayName: 'Ada Lovelace',
        mail: ada,
      },
    ],
  }
}

/** Signs Ada in at an authorization request, without a browser: where it is sent then. */
export async function signAdaIn(emulator: Pick<Emulator, 'url' | 'fetch'>, address: string | URL): Promise<URL> {
  const page = await emulator.fetch(address)
  const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
  const form = /name="form" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const back = await emulator.fetch(`${emulator.url}/common/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ form, action: 'password', username: ada, password: 'enchantress' }),
  })
  return new URL(back.headers.get('location') ?? '')
}
