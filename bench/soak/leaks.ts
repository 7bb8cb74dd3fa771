import { getEventListeners } from 'node:events'
import { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { queryObjects } from 'node:v8'

/** What a credential that has closed must not leave behind. */
export interface Footprint {
  /** What keeps the process alive, by kind. */
  resources: number
  /** Objects on the heap, referenced or not by the loop: sockets and timers of the library never hold it. */
  sockets: number
  timers: number
  processListeners: number
}

const probe = setTimeout(() => undefined, 0)
clearTimeout(probe)
/** Node's class of timers, which has no name of its own. */
const Timer = probe.constructor

/** Taken with a heap that has just been collected. */
export function footprint(): Footprint {
  const names = process.eventNames()
  return {
    resources: process.getActiveResourcesInfo().length,
    sockets: queryObjects(Socket, { format: 'count' }),
    timers: queryObjects(Timer, { format: 'count' }),
    processListeners: names.reduce((sum, name) => sum + process.listenerCount(name), 0),
  }
}

/** So many more of a kind may be there: what Node keeps for itself, such as a last timer that has run. */
const slack = 3

/** What is there now and was not before, a few seconds after all has closed; empty for nothing. */
export async function growth(before: Footprint, signals: readonly AbortSignal[]): Promise<readonly string[]> {
  let grown: readonly string[] = []
  for (let round = 0; round < 8; round++) {
    const now = footprint()
    grown = (Object.keys(now) as (keyof Footprint)[])
      .filter((kind) => now[kind] > before[kind] + slack)
      .map((kind) => `${kind}: ${before[kind]} before, ${now[kind]} after`)
    if (grown.length === 0) break
    await wait(500)
  }
  const listeners = signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0)
  return listeners === 0 ? grown : [...grown, `listeners on the callers' signals: ${listeners}`]
}
