import { type Emulator, startEmulator } from '@entrada/emulator'
import {
  InteractiveBrowserCredential,
  type InteractiveBrowserCredentialInBrowserOptions,
  type TokenCredentialOptions,
} from 'entrada'
import { password } from '../app.ts'
import { parametersOf } from '../sign-in/person.ts'
import { tenantId, user } from '../world.ts'
import type { Tab } from './browser.ts'

export const appOrigin = 'https://app.example'
export const redirectUri = `${appOrigin}/signed-in`
export const pageClientId = '5bacccc0-cccc-4ccc-8ccc-cccccccccccc'

/** Contoso, with an app that is a page. */
export function startPageEmulator(): Promise<Emulator> {
  return startEmulator({
    directory: {
      tenants: [{ id: tenantId, domains: ['contoso.onmicrosoft.com'] }],
      apps: [{ name: 'shop', clientId: pageClientId, tenantId, redirectUris: { spa: [redirectUri, appOrigin] } }],
      users: [{ ...user, tenantId, password }],
    },
  })
}

/** Options of a credential in a page: its requests carry the page's origin, as a browser's do. */
export function inTab(tab: Tab, emulator: Emulator): TokenCredentialOptions {
  return {
    authorityHost: emulator.url,
    fetch: (url, init) => emulator.fetch(url, { ...init, headers: { ...init?.headers, origin: appOrigin } }),
    host: { page: tab, env: {}, now: () => emulator.clock.now(), sleep: () => new Promise(() => undefined) },
  }
}

export function credentialIn(
  tab: Tab,
  emulator: Emulator,
  options: Partial<InteractiveBrowserCredentialInBrowserOptions> = {},
): InteractiveBrowserCredential {
  return new InteractiveBrowserCredential({
    ...inTab(tab, emulator),
    ...{ tenantId, clientId: pageClientId, redirectUri },
    ...options,
  })
}

/** Where the authority sends a browser back to, once the person has signed in at that address. */
export function comeBack(url: string, emulator: Emulator, changes: Record<string, string> = {}): string {
  const asked = parametersOf(url)
  const { client_id: app = '', redirect_uri: uri = '', scope = '', code_challenge: codeChallenge = '', nonce } = asked
  const given = nonce === undefined ? {} : { nonce }
  const code = emulator.authorizationCode({ user, app, redirectUri: uri, scope, codeChallenge, ...given })
  return `${uri}#${new URLSearchParams({ code, state: asked.state ?? '', ...changes })}`
}
