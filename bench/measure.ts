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
