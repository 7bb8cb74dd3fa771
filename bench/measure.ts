/** Calls a second, awaited one after another: the best of five rounds after a warm-up, as the machine is shared. */
export async function rate(call: (index: number) => Promise<unknown>, batch = 1000): Promise<number> {
  await run(call, batch, 200)
  let best = 0
  for (let round = 0; round < 5; round++) best = Math.max(best, await run(call, batch, 200))
  return best
}

async function run(call: (index: number) => Promise<unknown>, batch: number, forMs: number): Promise<number> {
  const start = performance.now()
  let calls = 0
  for (;;) {
    for (let index = 0; index < batch; index++) await call(calls + index)
    calls += batch
    const elapsed = performance.now() - start
    if (elapsed >= forMs) return (calls / elapsed) * 1000
  }
}

/**
 * Processor time of a call, awaited one after another, in nanoseconds: the least of nine rounds after a warm-up. Where differences
 * of a few nanoseconds count, it tells more than a rate, because others who use the machine hardly change it.
 */
export async function processorTime(call: () => Promise<unknown>, calls = 200_000): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 12; round++) {
    const start = process.cpuUsage()
    for (let index = 0; index < calls; index++) await call()
    const { user } = process.cpuUsage(start)
    if (round >= 3) least = Math.min(least, (user * 1000) / calls)
  }
  return least
}

/**
 * Microseconds of processor time that calls take, each the least of many short rounds in turn: unlike the time that passes,
 * other programs on the machine take nothing of it, and what is done on other threads counts.
 */
export async function costs<const Calls extends readonly (() => Promise<unknown>)[]>(
  calls: Calls,
): Promise<{ [Place in keyof Calls]: number }> {
  const perRound = 100
  const least = calls.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < 10; round++) {
    for (const [place, call] of calls.entries()) {
      const before = process.cpuUsage()
      for (let index = 0; index < perRound; index++) await call()
      const { user, system } = process.cpuUsage(before)
      least[place] = Math.min(least[place] as number, (user + system) / perRound)
    }
  }
  return least as { [Place in keyof Calls]: number }
}

/** How long a piece of work takes, in milliseconds. */
export async function duration(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
