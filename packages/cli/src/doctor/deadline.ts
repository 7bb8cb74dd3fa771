/**
 * Does the work with a signal that is aborted when the time is up, or by this other one. Until the work has ended, the process
 * stays: the connections of a diagnosis do not hold it by themselves.
 */
export async function withDeadline<T>(
  milliseconds: number,
  other: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new Error('The time is up.')), milliseconds)
  try {
    return await work(AbortSignal.any([other, controller.signal]))
  } finally {
    clearTimeout(timer)
  }
}
