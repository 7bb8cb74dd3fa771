import type { ExpiresOnFormat } from './declaration.ts'

/** A time in seconds since the epoch, as a host writes it. */
export function writtenTime(seconds: number, format: ExpiresOnFormat): string | number {
  if (format === 'seconds') return String(seconds)
  if (format === 'number') return seconds
  if (format === 'milliseconds') return seconds * 1000
  const iso = new Date(seconds * 1000).toISOString()
  if (format === 'iso') return iso
  const [, year, month, day, hour, minute, second] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/.exec(iso) ?? []
  if (format === 'us-24-hour') return `${month}/${day}/${year} ${hour}:${minute}:${second} +00:00`
  const half = Number(hour) < 12 ? 'AM' : 'PM'
  return `${Number(month)}/${Number(day)}/${year} ${Number(hour) % 12 || 12}:${minute}:${second} ${half} +00:00`
}
