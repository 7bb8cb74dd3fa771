const units: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
]

/** A length of time by its two largest units, such as "1 hour 5 minutes"; the sign is left out. */
export function durationInWords(ms: number): string {
  let rest = Math.round(Math.abs(ms) / 1000) * 1000
  const parts: string[] = []
  for (const [length, name] of units) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.join(' ') || 'less than a second'
}

/** A moment, such as "Thu, 01 Jan 2026 00:00:00 UTC"; `undefined` where no date is so far away. */
export function momentInWords(ms: number): string | undefined {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? undefined : date.toUTCString().replace('GMT', 'UTC')
}

/** How a moment lies to another: "59 minutes after", "at the time of". */
export function relationInWords(ms: number, to: number): string {
  const difference = ms - to
  if (Math.abs(difference) < 1000) return 'at the time of'
  return `${durationInWords(difference)} ${difference > 0 ? 'after' : 'before'}`
}
