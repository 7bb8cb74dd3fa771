/**
 * The instant of a time of day without a zone, as this machine's clock shows it, in milliseconds since the epoch:
 * "2026-11-23 08:40:19.000000". In the hour that the end of summer time repeats, the earlier instant that is still to
 * come. `undefined` for what is no such time.
 */
export function localTime(text: unknown, now: number): number | undefined {
  const parts =
    typeof text === 'string' ? /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?$/.exec(text.trim()) : null
  if (parts === null) return undefined
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const milliseconds = Math.floor(Number(parts[7] ?? 0) * 1000)
  const first = new Date(year, month - 1, day, hour, minute, second, milliseconds).getTime()
  if (!Number.isFinite(first) || new Date(first).getMonth() !== month - 1) return undefined
  const again = first + 3_600_000
  return first <= now && new Date(again).getHours() === new Date(first).getHours() ? again : first
}
