import { CredentialUnavailableError } from '../errors.ts'
import type { Files } from '../runtime/files/files.ts'
import { oneLine } from '../runtime/one-line.ts'
import type { Quote } from '../runtime/quoted.ts'

/** A file whose time stamp has not changed is still read again after this many milliseconds. */
const rereadAfter = 300_000

export interface TokenFile {
  /** Name of the credential, with which every message begins. */
  credential: string
  path: string
  files: Files
  now: () => number
  /** How to show the path in a message. */
  quote: Quote
}

/**
 * Reads the token in a file that something else keeps up to date, as Kubernetes does with a projected service account
 * token. The file is read again when it has changed, and the token is trimmed. The returned function rejects with
 * `CredentialUnavailableError` for a file that cannot be read, is empty, or contains an expired token.
 */
export function tokenFromFile({ credential, path, files, now, quote }: TokenFile): () => Promise<string> {
  let known: { token: string; stamp: string; readAt: number } | undefined
  const unavailable = (what: string, remedy: string, cause?: unknown): CredentialUnavailableError =>
    new CredentialUnavailableError({ who: credential, reason: what, remedy }, { cause })

  async function read(): Promise<string> {
    const stamp = await files.stamp(path)
    if (known !== undefined && known.stamp === stamp && now() - known.readAt < rereadAfter) return known.token
    const token = new TextDecoder().decode(await files.read(path)).trim()
    known = { token, stamp, readAt: now() }
    return token
  }

  return async () => {
    const token = await read().catch(async (error: unknown) => {
      const { code } = error as { code?: unknown }
      const shown = quote(path)
      // The system's error repeats the path.
      const cause = shown.startsWith('"') ? error : undefined
      const { flagIn } = await import('../runtime/permissions.ts')
      const flag = flagIn(error)
      if (flag !== undefined) throw unavailable(`this program may not read ${shown}.`, `Run it with ${flag}.`, cause)
      // Only a file system error is about the file itself.
      if (typeof code === 'string' && /^E(?!RR_)/.test(code)) {
        const remedy = 'Check AZURE_FEDERATED_TOKEN_FILE or tokenFilePath, and that the volume is mounted.'
        throw unavailable(`the token file ${shown} cannot be read (${code}).`, remedy, cause)
      }
      const what = error instanceof Error ? oneLine(error.message, 300) : String(error)
      throw unavailable(`the attempt to read the token file ${shown} failed: ${what}.`, 'See the cause.', cause)
    })
    if (token === '') {
      throw unavailable(`the token file ${quote(path)} is empty.`, 'Wait until the platform has written it.')
    }
    const expiry = await expiryOf(token)
    if (expiry !== undefined && expiry <= now()) {
      const remedy = 'Check that the platform rotates it, and the clock of this machine.'
      throw unavailable(`the token in ${quote(path)} expired at ${new Date(expiry).toISOString()}.`, remedy)
    }
    return token
  }
}

/** When a JWT claims to expire, unverified, in milliseconds since the epoch; `undefined` for anything else. */
async function expiryOf(token: string): Promise<number | undefined> {
  const { unverifiedClaims } = await import('../oauth/jwt.ts')
  const exp = unverifiedClaims(token)?.exp
  return typeof exp === 'number' && Number.isFinite(exp) && Math.abs(exp) < 8.64e12 ? exp * 1000 : undefined
}
