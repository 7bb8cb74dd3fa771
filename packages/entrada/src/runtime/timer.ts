/** The longest time that a timer takes; a longer one would fire at once. */
const longest = 2 ** 31 - 1

interface Handle {
  ref?(): void
  unref?(): void
}

/** Calls back after so many milliseconds, without keeping the process alive for it. Returns what cancels it. */
export function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.min(milliseconds, longest))
  unref(timer)
  return () => clearTimeout(timer)
}

/**
 * Keeps the process alive while somebody waits. Sockets and timers of this library never do so themselves, because a
 * refresh behind the callers' backs must not; the waiting caller's hold is what makes a top-level `await` work.
 */
export class ProcessHold {
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Takes hold. Safe to call when it is held. */
  take(): void {
    this.#timer ??= setTimeout(() => undefined, longest)
  }

  /** Lets go. Safe to call when it is not held. */
  release(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

function unref(timer: unknown): void {
  if (typeof timer === 'object') (timer as Handle | null)?.unref?.()
  else (globalThis as { Deno?: { unrefTimer?(id: unknown): void } }).Deno?.unrefTimer?.(timer)
}
