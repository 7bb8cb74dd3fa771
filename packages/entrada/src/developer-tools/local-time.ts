/**
 * A local time without a zone, such as "2026-11-23 08:40:19.000000", in milliseconds since the epoch by this machine's
 * time zone. In the hour that is repeated when daylight saving time ends, the earlier instant that is still in the
 * future. `undefined` for anything else.
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
