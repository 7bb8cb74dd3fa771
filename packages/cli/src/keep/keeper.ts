import type { TokenFile } from './token-file.ts'

/** A token to be kept in a file. Times are milliseconds since the epoch. */
export interface KeptToken {
  readonly token: string
  readonly expiresOnTimestamp: number
  /** From then on who gave it has a newer one, or is about to. */
  readonly refreshAfterTimestamp?: number | undefined
}

export interface KeeperParts {
  /** Gets the token that is to be in the file now. */
  getToken(signal: AbortSignal): Promise<KeptToken>
  file: Pick<TokenFile, 'write' | 'whose' | 'remove'>
  form(token: string): string
  /** Milliseconds since the epoch. */
  now(): number
  /** Waits so many milliseconds; resolves early when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  tell(event: KeeperEvent): void
  /** Aborted when the file is no longer to be kept. */
  signal: AbortSignal
}

export type KeeperEvent =
  | { type: 'written'; expiresOnTimestamp: number }
  /** The file still has a token that is valid until then. */
  | { type: 'failed'; error: unknown; expiresOnTimestamp: number }
  /** Somebody else has put another file in its place, which stays until the next renewal. */
  | { type: 'replaced'; expiresOnTimestamp: number }
  /** The token has ended and there is no other; the file is removed, so that nobody takes it for valid. */
  | { type: 'ended'; error: unknown }

/** A machine that sleeps stops timers, and its clock may be set: the time is looked at this often, in milliseconds. */
const longestSleep = 30_000
const firstPause = 1000

/**
 * Keeps a valid token in a file until the signal is aborted, and removes the file then. Rejects if there is no first token, or
 * the file cannot be written the first time; later it tries again and tells.
 */
export async function keepToken(parts: KeeperParts): Promise<void> {
  const { file, form, now, signal, tell } = parts
  let held = await received(parts)
  await file.write(form(held.token))
  tell({ type: 'written', expiresOnTimestamp: held.expiresOnTimestamp })
  let isWritten = true
  let isReplaced = false
  let pause = firstPause

  async function put(token: Received): Promise<void> {
    held = token
    isWritten = false
    await file.write(form(token.token))
    isWritten = true
    pause = firstPause
    tell({ type: 'written', expiresOnTimestamp: token.expiresOnTimestamp })
  }

  /** Puts the token back where it is gone. Another keeper's file is left: two that take turns at it would give two tokens. */
  async function restore(): Promise<void> {
    const whose = await file.whose()
    if (!isWritten || whose === 'nobody’s') return put(held)
    const { expiresOnTimestamp } = held
    if (whose === 'somebody’s' && !isReplaced) tell({ type: 'replaced', expiresOnTimestamp })
    isReplaced = whose === 'somebody’s'
  }

  async function look(): Promise<void> {
    let failure: unknown
    try {
      if (now() >= renewalOf(held)) {
        pause = Math.min(2 * pause, longestSleep)
        const token = await received(parts)
        if (token.token !== held.token) await put(token)
      } else await restore()
      return await endWith(undefined)
    } catch (error) {
      failure = error
    }
    if (!signal.aborted) await endWith(failure)
  }

  /** Says what failed; a token that has ended must not stay. */
  async function endWith(error: unknown): Promise<void> {
    const { expiresOnTimestamp } = held
    if (expiresOnTimestamp > now()) {
      if (error !== undefined) tell({ type: 'failed', error, expiresOnTimestamp })
    } else {
      await file.remove()
      tell({ type: 'ended', error })
    }
  }

  try {
    while (!signal.aborted) {
      await parts.sleep(Math.min(longestSleep, untilNext(held, now(), pause)), signal)
      if (!signal.aborted) await look()
    }
  } finally {
    await file.remove()
  }
}

interface Received extends KeptToken {
  receivedAt: number
}

async function received({ getToken, now, signal }: KeeperParts): Promise<Received> {
  const { token, expiresOnTimestamp, refreshAfterTimestamp } = await getToken(signal)
  return { token, expiresOnTimestamp, refreshAfterTimestamp, receivedAt: now() }
}

/** When a token is renewed that does not say so itself: five minutes before its end, but not before half of what was left. */
const usualMargin = 5 * 60_000

function renewalOf({ refreshAfterTimestamp, expiresOnTimestamp, receivedAt }: Received): number {
  const margin = Math.min(usualMargin, (expiresOnTimestamp - receivedAt) / 2)
  return Math.min(refreshAfterTimestamp ?? Number.POSITIVE_INFINITY, expiresOnTimestamp - margin)
}

/** How long nothing is to be done. A renewal that is due was tried just now, and is tried again after the pause. */
function untilNext(held: Received, now: number, pause: number): number {
  const untilRenewal = renewalOf(held) - now
  if (untilRenewal > 0) return untilRenewal
  const untilEnd = held.expiresOnTimestamp - now
  return untilEnd > 0 ? Math.min(pause, untilEnd) : pause
}
