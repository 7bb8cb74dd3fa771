import type { Clocks } from './freshness.ts'

/** The two clocks, and what they showed before the wall clock was set. */
export interface NotedClocks extends Clocks {
  /**
   * How far the wall clock was ahead of the monotonic one when it showed this time. If it was set back, it may have
   * shown it twice; then the time is taken for the earlier of the two, so that nothing is believed to last longer than it does.
   */
  gapAt(time: number): number
}

/** How long the wall clock was ahead by the same amount, in milliseconds: the first and the last time that it showed. */
interface Setting {
  gap: number
  first: number
  last: number
}

/** A smaller change, in milliseconds, is the drift of a clock. */
const leastChange = 1000
/** A clock that is set more often than this is not to be told from one that runs wild. */
const longestHistory = 16

/** What was noticed of each wall clock: credentials that share one learn from each other. */
const histories = new WeakMap<Clocks['now'], { settings: Setting[]; read: number }>()

/** The clocks, with a note of each time that a reading finds the wall clock set. Only what is read is noticed. */
export function notedClocks({ now, monotonic }: Clocks): NotedClocks {
  const history = histories.get(now) ?? { settings: [], read: Number.NEGATIVE_INFINITY }
  histories.set(now, history)
  const { settings } = history

  function note(time: number, moment: number): void {
    const { read } = history
    history.read = moment
    const gap = time - moment
    const current = settings.at(-1)
    if (current !== undefined && Math.abs(gap - current.gap) < leastChange) return
    // It was set at some time since the last reading, so either setting may have been the one in between.
    if (current !== undefined) current.last = moment + current.gap
    settings.push({ gap, first: read + gap, last: Number.POSITIVE_INFINITY })
    const [oldest, next] = settings
    if (settings.length > longestHistory && oldest !== undefined && next !== undefined) {
      settings.splice(0, 2, {
        gap: Math.max(oldest.gap, next.gap),
        first: Number.NEGATIVE_INFINITY,
        last: Math.max(oldest.last, next.last),
      })
    }
  }

  return {
    monotonic,
    now() {
      const time = now()
      note(time, monotonic())
      return time
    },
    gapAt(time) {
      const shown = settings.filter(({ first, last }) => first <= time && time <= last)
      return Math.max(Number.NEGATIVE_INFINITY, ...shown.map(({ gap }) => gap))
    },
  }
}
