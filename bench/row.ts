/** One line of the bench: ours beside the peer, from one run. */
export interface Row {
  what: string
  /** Ours, with its unit. */
  ours: string
  /** The peer's, with its unit and name; empty where there is no peer. */
  peer: string
  /** How many times better ours is. */
  ratio?: number
  /** What we aim for. */
  aim: string
  isReached: boolean
  /** What a picture is drawn from, a line each. */
  details?: readonly string[]
}

/** Measures one or more rows. */
export type Measure = () => Promise<readonly Row[]>

/** "5.2 M/s", "20 k/s". */
export function perSecond(rate: number): string {
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(2)} M/s`
  return rate >= 1e3 ? `${(rate / 1e3).toFixed(1)} k/s` : `${rate.toFixed(0)}/s`
}

/** "1.3 s", "4.2 ms", "20 us". */
export function time(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`
  return milliseconds >= 0.1 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds * 1000).toFixed(1)} us`
}

/** "3.1 MB", "7.4 kB". */
export function bytes(size: number): string {
  return size >= 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${(size / 1e3).toFixed(1)} kB`
}
