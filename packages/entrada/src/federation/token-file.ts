import { CredentialUnavailableError } from '../errors.ts'
import type { Files } from '../runtime/files/files.ts'
import type { Quote } from '../runtime/quoted.ts'

/** A file whose time stamp has not changed is still read again after this many milliseconds. */
const rereadAfter = 300_000

export interface TokenFile {
  /** Name of the credential, with which every message begins. */
  credential: string
  path: string
  files: Files
  now: () => number
  monotonic: () => number
  /** How to show the path in a message. */
  quote: Quote
}

/**
 * Reads the token in a file that something else keeps up to date, as Kubernetes does with a projected service account
 * token. The file is read again when it has changed, and the token is trimmed. The returned function rejects with
 * `CredentialUnavailableError` for a file that cannot be read, is empty, or contains an expired token.
 */
export function tokenFromFile({ credential, path, files, now, monotonic, quote }: TokenFile): () => Promise<string> {
  let known: { token: string; stamp: string; readAt: number } | undefined
  const unavailable = (what: string, remedy: string, cause?: unknown): CredentialUnavailableError =>
    new CredentialUnavailableError({ who: credential, reason: what, remedy }, { cause })

  async function read(): Promise<{ token: string; stamp: string }> {
    const stamp = await files.stamp(path)
    if (known !== undefined && known.stamp === stamp && monotonic() - known.readAt < rereadAfter) return known
    const bytes = await files.read(path)
    const { textOfFile } = await import('../runtime/files/text-of-file.ts')
    const token = textOfFile(bytes).trim()
    known = { token, stamp, readAt: monotonic() }
    return known
  }

  /** How long ago the file was written, in milliseconds, by the clock that is compared with the token's expiry. */
  function age(stamp: string): number {
    const writtenAt = Number.parseFloat(stamp)
    return Number.isNaN(writtenAt) ? Number.POSITIVE_INFINITY : now() - writtenAt
  }

  return async () => {
    const { token, stamp } = await read().catch(async (error: unknown) => {
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
      const { oneLine } = await import('../runtime/one-line.ts')
      const what = error instanceof Error ? oneLine(error.message, 300) : String(error)
      throw unavailable(`the attempt to read the token file ${shown} failed: ${what}.`, 'See the cause.', cause)
    })
    if (token === '') {
      throw unavailable(`the token file ${quote(path)} is empty.`, 'Wait until the platform has written it.')
    }
    const { expiry, life } = await timesOf(token)
    // If the file is younger than its token's life, it is this machine's clock that is wrong, and Entra ID decides.
    if (expiry !== undefined && expiry <= now() && age(stamp) >= life) {
      const remedy = 'Check that the platform rotates it, and the clock of this machine.'
      throw unavailable(`the token in ${quote(path)} expired at ${new Date(expiry).toISOString()}.`, remedy)
    }
    return token
  }
}

/**
 * When a JWT claims to expire, in milliseconds since the epoch, and how long it lives, in milliseconds, both unverified; no expiry for
 * anything else.
 */
async function timesOf(token: string): Promise<{ expiry: number | undefined; life: number }> {
  const { unverifiedClaims } = await import('../oauth/jwt.ts')
  const { exp, iat } = unverifiedClaims(token) ?? {}
  const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) < 8.64e12
  if (!isTime(exp)) return { expiry: undefined, life: 0 }
  return { expiry: exp * 1000, life: isTime(iat) ? (exp - iat) * 1000 : 0 }
}
