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
/** No record is kept longer than this, in milliseconds: what the clock was set to before does not matter. */
const longestLife = 100 * 24 * 3600_000

/** What was noticed of a pair of clocks, and when they were last read, by the monotonic one. */
interface History {
  monotonic: Clocks['monotonic']
  settings: Setting[]
  read: number | undefined
}

/** What was noticed of each wall clock beside each monotonic one: credentials that share both learn from each other. */
const histories = new WeakMap<Clocks['now'], History[]>()

/** Each host has a function of its own that reads the monotonic clock, so the clock is known by what it shows. */
function historyOf({ now, monotonic }: Clocks): History {
  const ofThisClock = histories.get(now) ?? []
  histories.set(now, ofThisClock)
  const same = ofThisClock.find((history) => Math.abs(history.monotonic() - monotonic()) < leastChange)
  if (same !== undefined) return same
  const history = { monotonic, settings: [], read: undefined }
  if (ofThisClock.push(history) > longestHistory) ofThisClock.shift()
  return history
}

/**
 * The settings before the last one, by their gaps, with the two that differ least as one. Those of a clock that drifts are
 * joined in this way, and one that was once years ahead is kept apart, so that it says nothing about other times.
 */
function withNearestAsOne(settings: readonly Setting[]): Setting[] {
  const former = settings.slice(0, -1).sort((one, other) => one.gap - other.gap)
  const distances = former.slice(1).map(({ gap }, place) => gap - (former[place] as Setting).gap)
  const place = distances.indexOf(Math.min(...distances))
  const [lower, higher] = former.slice(place, place + 2) as [Setting, Setting]
  former.splice(place, 2, {
    gap: higher.gap,
    first: Math.min(lower.first, higher.first),
    last: Math.max(lower.last, higher.last),
  })
  return former
}

/** The clocks, with a note of each time that a reading finds the wall clock set. Only what is read is noticed. */
export function notedClocks({ now, monotonic }: Clocks): NotedClocks {
  const history = historyOf({ now, monotonic })
  const { settings } = history

  function note(time: number, moment: number): void {
    const { read = moment - longestLife } = history
    history.read = moment
    const gap = time - moment
    const current = settings.at(-1)
    if (current !== undefined && Math.abs(gap - current.gap) < leastChange) return
    // It was set at some time since the last reading, so either setting may have been the one in between.
    if (current !== undefined) current.last = moment + current.gap
    settings.push({ gap, first: read + gap, last: Number.POSITIVE_INFINITY })
    if (settings.length > longestHistory) settings.splice(0, settings.length - 1, ...withNearestAsOne(settings))
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
