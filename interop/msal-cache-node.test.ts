import { readFileSync, writeFileSync } from 'node:fs'
import { type ICachePlugin, PublicClientApplication } from '@azure/msal-node'
import type { Emulator } from '@entrada/emulator'
import { SharedTokenCacheCredential } from 'entrada'
import { expect, test } from 'vitest'
import { ada, cachePath, codeOf, developerClientId, redeemed, redirectUri, scope } from './msal-cache.ts'
import { applicationOf, startTrustedEmulator } from './trusted-emulator.ts'

test('a cache that msal-node wrote is read, and after our refresh msal-node still signs in silently', async () => {
  await using emulator = await startTrustedEmulator()
  using cache = cachePath()
  const signedIn = await msalNode(emulator, cache.path).acquireTokenByCode({
    code: codeOf(emulator),
    scopes: [scope],
    redirectUri,
  })
  expect(signedIn.account?.username).toBe(ada.username)

  // msal-node's access token answers first: nobody is asked.
  const credential = new SharedTokenCacheCredential(ada.username, optionsOf(emulator, cache.path))
  expect((await credential.getToken(scope)).token).toBe(signedIn.accessToken)
  expect(redeemed(emulator)).toEqual([])
  const vault = await credential.getToken('https://vault.azure.net/.default')
  await credential.close()
  expect(redeemed(emulator)).toHaveLength(1)
  expect(refreshTokens(cache.path)).not.toContain(redeemed(emulator)[0])

  const later = msalNode(emulator, cache.path)
  const [account, ...others] = await later.getTokenCache().getAllAccounts()
  expect(others).toEqual([])
  if (account === undefined) throw new Error('msal-node finds no account')
  const cached = await later.acquireTokenSilent({ account, scopes: [scope] })
  expect(cached).toMatchObject({ fromCache: true, accessToken: signedIn.accessToken })
  const ours = await later.acquireTokenSilent({ account, scopes: ['https://vault.azure.net/.default'] })
  expect(ours).toMatchObject({ fromCache: true, accessToken: vault.token })
  const [rotated] = refreshTokens(cache.path)
  const fresh = await later.acquireTokenSilent({ account, scopes: [scope], forceRefresh: true })
  expect(fresh.fromCache).toBe(false)
  expect(redeemed(emulator).at(-1)).toBe(rotated)

  // And back: what msal-node has rotated is ours to use.
  await using again = new SharedTokenCacheCredential(optionsOf(emulator, cache.path))
  await again.getToken(scope, { claims: '{"access_token":{}}' })
  expect(redeemed(emulator)).toHaveLength(3)
})

function msalNode(emulator: Emulator, path: string): PublicClientApplication {
  const { tenantId } = applicationOf(emulator)
  return new PublicClientApplication({
    auth: {
      clientId: developerClientId,
      authority: `${emulator.url}/${tenantId}`,
      knownAuthorities: [new URL(emulator.url).host],
    },
    cache: { cachePlugin: fileOf(path) },
  })
}

/** msal-node has no file of its own: this is the plug-in of its documentation. */
function fileOf(path: string): ICachePlugin {
  return {
    async beforeCacheAccess({ tokenCache }) {
      try {
        tokenCache.deserialize(readFileSync(path, 'utf8'))
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ENOENT') throw error
      }
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }) {
      if (cacheHasChanged) writeFileSync(path, tokenCache.serialize())
    },
  }
}

function optionsOf(emulator: Emulator, path: string) {
  const { tenantId } = applicationOf(emulator)
  return { cachePath: path, tenantId, authorityHost: emulator.url }
}

function refreshTokens(path: string): string[] {
  const { RefreshToken } = JSON.parse(readFileSync(path, 'utf8')) as {
    RefreshToken: Record<string, { secret: string }>
  }
  return Object.values(RefreshToken).map(({ secret }) => secret)
}
