import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { applicationOf } from './trusted-emulator.ts'

/** The Azure CLI's client id, with which Microsoft's developer tools sign in. */
export const developerClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
export const redirectUri = 'http://localhost'
export const scope = 'https://storage.azure.com/.default'
export const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }

/** The code that a developer tool gets when Ada has signed in to it. */
export function codeOf(emulator: Emulator): string {
  const { tenantId } = applicationOf(emulator)
  const user = { ...ada, tenantId }
  return emulator.authorizationCode({
    user,
    app: developerClientId,
    redirectUri,
    scope: `openid profile offline_access ${scope}`,
  })
}

/** Path of a cache that is not there yet, in a folder that goes with the test. */
export function cachePath(): { path: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-msal-cache-'))
  return { path: join(folder, 'cache.json'), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The refresh tokens that were redeemed so far, the newest last. */
export function redeemed(emulator: Emulator): (string | undefined)[] {
  return emulator.requests
    .filter(({ form }) => form.grant_type === 'refresh_token')
    .map(({ form }) => form.refresh_token)
}
