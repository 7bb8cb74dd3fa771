/** The longest time for which a timer can be set, in milliseconds; with a longer one it would fire at once. */
export const longestTimer: number = 2 ** 31 - 1

interface Handle {
  ref?(): void
  unref?(): void
}

/**
 * Calls back after this many milliseconds, without keeping the process alive. Returns a function that cancels it.
 *
 * A timer that fires late because the event loop was busy must not win over an answer that is already in the socket, so
 * what has arrived is read first. A caller who then has its answer cancels, and nothing is called.
 */
export function startTimer(milliseconds: number, callback: () => void): () => void {
  let isCancelled = false
  const act = (): void => {
    if (!isCancelled) callback()
  }
  // Two turns: sockets and pipes are read in the first, and the end of a child's output is only noticed after that.
  const timer = setTimeout(() => nextTurn(() => nextTurn(act)), Math.min(milliseconds, longestTimer))
  unref(timer)
  return () => {
    isCancelled = true
    clearTimeout(timer)
  }
}

/** Calls back once the event loop has read what has arrived. */
function nextTurn(callback: () => void): void {
  ;(globalThis.setImmediate ?? setTimeout)(callback)
}

function unref(timer: unknown): void {
  if (typeof timer === 'object') (timer as Handle | null)?.unref?.()
  else (globalThis as { Deno?: { unrefTimer?(id: unknown): void } }).Deno?.unrefTimer?.(timer)
}
