import { startTimer } from '../runtime/timer.ts'

/** The counting of tokens from memory, until it is stopped. */
export interface TokenCounting {
  /** Has each credential tell now of what it has handed out since the last time. Resolves when all events are emitted. */
  tell(): Promise<void>
  /** Tells no more, and lets cached calls go uncounted again, if nobody else counts. Safe to call twice. */
  stop(): void
}

/** How often {@link countTokens} reports. */
export interface CountTokensOptions {
  /** How often every credential reports its count, in milliseconds. Default: only when `tell()` is called. */
  everyMs?: number
}

/**
 * Counts the tokens that come from memory, in every credential of the process. Such a call makes no event, because there may be
 * millions a second; each credential adds up how many there were and the least life that one of them had left, and tells of it by
 * an event `tokens-counted`: when `tell()` is called, and every `everyMs`. Until somebody counts, a cached call costs nothing more.
 *
 * ```ts
 * const counting = countTokens({ everyMs: 60_000 }) // to `onEvent`, and to the diagnostics channel `entrada`
 * ```
 *
 * @throws TypeError for an interval that is not a positive number of milliseconds.
 */
export function countTokens({ everyMs }: CountTokensOptions = {}): TokenCounting {
  if (everyMs !== undefined && !(typeof everyMs === 'number' && everyMs > 0)) {
    throw new TypeError('countTokens: everyMs must be a number of milliseconds above 0. Leave it out to call tell().')
  }
  let isOver = false
  let stopTimer = (): void => undefined
  const loaded = import('../cache/token-counts.ts').then(({ startCounting, tellCounts }) => {
    return { tellCounts, stop: startCounting() }
  })
  const tell = async (): Promise<void> => {
    const { tellCounts } = await loaded
    if (!isOver) tellCounts()
  }
  const again = (): void => {
    if (everyMs === undefined) return
    stopTimer = startTimer(everyMs, () => {
      void tell()
      again()
    })
  }
  again()
  return {
    tell,
    stop() {
      isOver = true
      stopTimer()
      void loaded.then(({ stop }) => stop())
    },
  }
}
