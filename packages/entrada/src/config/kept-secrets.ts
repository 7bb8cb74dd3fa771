import type { TokenKey, TokenStore } from '../cache/token-store.ts'
import { base64urlOf, textOfBase64url } from '../runtime/base64url.ts'
import { type Host, hostOf } from '../runtime/host.ts'

/** How long a secret is kept that nobody uses, in milliseconds: what a store keeps at most. Each use begins anew. */
const life = 90 * 86_400_000
const day = 86_400_000

/** The store of the command line's tokens and secrets: the system's keyring by `@entrada/keyring`, else encrypted files. */
export const storeName = 'entrada'

/** Opens it. `onSelected` is told which, and why. */
export async function openStore(
  host?: Partial<Host>,
  onSelected: (store: string, reason: string) => void = () => undefined,
): Promise<Required<TokenStore>> {
  const { openPersistentStore } = await import('../stores/persistent-store.ts')
  return openPersistentStore({ enabled: true, name: storeName }, hostOf(host), (event) => {
    if (event.type === 'store-selected') onSelected(event.store, event.reason)
  })
}

function keyOf(name: string): TokenKey {
  return { kind: 'refresh', partition: 'entrada.kept', environment: 'entrada', clientId: name, cae: false }
}

/** Keeps a secret under a name: a profile's, and its field's. */
export async function keepSecret(name: string, secret: string, host?: Partial<Host>): Promise<void> {
  const { now } = hostOf(host)
  const store = await openStore(host)
  await store.delete(keyOf(name))
  await store.set(recordOf(name, secret, now()))
}

/** The secret of this name; `undefined` where there is none, or none any more. */
export async function readSecret(name: string, host?: Partial<Host>): Promise<string | undefined> {
  const { now } = hostOf(host)
  const store = await openStore(host)
  const record = await store.get(keyOf(name))
  if (record === undefined || record.expiresAt <= now()) return undefined
  const secret = textOfBase64url(record.secret)
  if (record.cachedAt < now() - day) await store.set(recordOf(name, secret, now())).catch(() => undefined)
  return secret
}

/** Forgets the secret of this name. */
export async function dropSecret(name: string, host?: Partial<Host>): Promise<void> {
  await (await openStore(host)).delete(keyOf(name))
}

/** Records hold printable characters without blanks, which a secret need not be made of. */
function recordOf(name: string, secret: string, now: number): Parameters<TokenStore['set']>[0] {
  return { key: keyOf(name), secret: base64urlOf(secret), cachedAt: now, expiresAt: now + life }
}
