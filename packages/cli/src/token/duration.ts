import { usageFailure } from '../framework/failure.ts'

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 }

/** `90s`, `10m`, `1h`, or seconds without a unit, as milliseconds. Throws a `Failure` that names the option. */
export function durationOf(text: string, option: string): number {
  const [, count, unit = 's'] = /^(\d{1,6})([smh])?$/.exec(text) ?? []
  if (count === undefined)
    throw usageFailure(
      `${option} ${JSON.stringify(text.slice(0, 40))} is not a duration.`,
      `Write it so: ${option} 10m.`,
    )
  return Number(count) * (units[unit] ?? 1000)
}
