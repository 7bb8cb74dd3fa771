import { CredentialUnavailableError } from '../errors.ts'
import type { Files } from '../runtime/files.ts'

/** A file that has not changed by its time stamp is read again after so many milliseconds. */
const rereadAfter = 300_000

export interface TokenFile {
  /** Name of the credential, which begins every message. */
  credential: string
  path: string
  files: Files
  now: () => number
}

/**
 * Gives the token of a file that somebody else keeps fresh, as Kubernetes does with a projected service-account token:
 * read again when it has changed, trimmed. Rejects with `CredentialUnavailableError` for a file that can't be read, is
 * empty, or holds a token that has expired.
 */
export function tokenFromFile({ credential, path, files, now }: TokenFile): () => Promise<string> {
  let known: { token: string; stamp: string; readAt: number } | undefined
  const unavailable = (what: string, mend: string, cause?: unknown): CredentialUnavailableError =>
    new CredentialUnavailableError(`${credential}: ${what} ${mend}`, { mend, cause })

  async function read(): Promise<string> {
    const stamp = await files.stamp(path)
    if (known !== undefined && known.stamp === stamp && now() - known.readAt < rereadAfter) return known.token
    const token = new TextDecoder().decode(await files.read(path)).trim()
    known = { token, stamp, readAt: now() }
    return token
  }

  return async () => {
    const token = await read().catch((error: { code?: string }) => {
      const mend = 'Check AZURE_FEDERATED_TOKEN_FILE or tokenFilePath, and that the volume is mounted.'
      throw unavailable(
        `the token file ${JSON.stringify(path)} can not be read (${error.code ?? 'error'}).`,
        mend,
        error,
      )
    })
    if (token === '') {
      throw unavailable(`the token file ${JSON.stringify(path)} is empty.`, 'Wait until the platform has written it.')
    }
    const expiry = expiryOf(token)
    if (expiry !== undefined && expiry <= now()) {
      const mend = 'Check that the platform rotates it, and the clock of this machine.'
      throw unavailable(`the token in ${JSON.stringify(path)} expired at ${new Date(expiry).toISOString()}.`, mend)
    }
    return token
  }
}

/** When a JWT says that it ends, in milliseconds since the epoch; unchecked, and `undefined` for what is none. */
function expiryOf(token: string): number | undefined {
  try {
    const payload = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
    const { exp } = JSON.parse(payload) as { exp?: unknown }
    return typeof exp === 'number' && Number.isFinite(exp) && Math.abs(exp) < 8.64e12 ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
