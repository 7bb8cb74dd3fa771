import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import type { TokenCredentialOptions } from 'entrada'
import { scope, tenantId, user } from '../app.ts'

/** The Azure CLI's client id, which developer tools share. */
export const developerClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
export const homeAccountId = `${user.objectId}.${tenantId}`

type Entries = Record<string, Record<string, unknown>>

/** A document of MSAL, as a test writes it. */
export interface Document {
  [section: string]: Entries
}

/** A refresh token of the user's for the client that developer tools share, bought with a code. */
export async function refreshTokenOf(emulator: Emulator, who = user): Promise<string> {
  const redirectUri = 'http://localhost'
  const wanted = `openid profile offline_access ${scope}`
  const code = emulator.authorizationCode({ user: who, app: developerClientId, redirectUri, scope: wanted })
  const form = { grant_type: 'authorization_code', client_id: developerClientId, code, redirect_uri: redirectUri }
  const answer = await emulator.fetch(`${emulator.url}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...form, scope: wanted }).toString(),
  })
  const body = JSON.parse(await answer.text())
  if (typeof body.refresh_token !== 'string') throw new Error(`no refresh token: ${JSON.stringify(body)}`)
  return body.refresh_token
}

/** Who has signed in: one account with its refresh token, as Python's MSAL writes it. */
export function signedIn(
  emulator: Emulator,
  refreshToken: string,
  { who = user, family = '1', clientId = developerClientId, environment = new URL(emulator.url).host } = {},
): Document {
  const home = `${who.objectId}.${tenantId}`
  const account = {
    home_account_id: home,
    environment,
    realm: tenantId,
    local_account_id: who.objectId,
    username: who.username,
    authority_type: 'MSSTS',
  }
  const refresh = {
    credential_type: 'RefreshToken',
    secret: refreshToken,
    home_account_id: home,
    environment,
    client_id: clientId,
    target: scope,
    last_modification_time: '1700000000',
    ...(family === '' ? {} : { family_id: family }),
  }
  return {
    Account: { [`${home}-${environment}-${tenantId}`]: account },
    RefreshToken: { [`${home}-${environment}-refreshtoken-${clientId}--${scope}`]: refresh },
  }
}

/** Both documents in one. */
export function together(...documents: Document[]): Document {
  const sections = new Set(documents.flatMap(Object.keys))
  return Object.fromEntries(
    [...sections].map((section) => [section, Object.assign({}, ...documents.map((document) => document[section]))]),
  )
}

/** Writes a document where the shared cache is looked for, in a new home folder. */
export function homeWith(document: unknown, name = 'msal.cache.nocae'): { home: string; path: string } {
  const home = temporaryFolder()
  const folder = join(home, '.IdentityService')
  mkdirSync(folder, { mode: 0o700 })
  const path = join(folder, name)
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document), { mode: 0o600 })
  return { home, path }
}

/** The variables of a home folder with a user signed in. */
export function signedInHome(world: { emulator: Emulator; developerRefreshToken: string }): { HOME: string } {
  return { HOME: homeWith(signedIn(world.emulator, world.developerRefreshToken)).home }
}

/** Path of a copy of the shared cache of the options' home folder. */
export function copyOfCache({ host }: TokenCredentialOptions): string {
  const path = join(temporaryFolder(), 'cache.json')
  copyFileSync(join(host?.env?.HOME ?? '', '.IdentityService/msal.cache.nocae'), path)
  return path
}

const folders: string[] = []

/** A folder until this process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-msal-'))
  if (folders.push(folder) === 1) process.once('exit', removeFolders)
  return folder
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}
