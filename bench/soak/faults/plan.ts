import { trueNow } from '../clock.ts'
import type { Random } from '../random.ts'
import { bodies } from './bodies.ts'
import { connections } from './connections.ts'
import { type Fault, well } from './exchange.ts'
import { lives } from './lives.ts'
import { refusals } from './refusals.ts'

/** Every kind of fault, by the name that the report has for it. */
const faults: Readonly<Record<string, Fault>> = { ...refusals, ...connections, ...bodies, ...lives }

/** How things stand for a while: how likely a fault is, and which there are. */
interface Weather {
  probability: number
  names: readonly string[]
}

const every = Object.keys(faults)
const outage = [...Object.keys(refusals), 'reset before the answer', 'closed before the answer', 'empty 200']

const weathers: readonly Weather[] = [
  { probability: 0.05, names: every },
  { probability: 0.05, names: every },
  { probability: 0.3, names: every },
  { probability: 0.8, names: every },
  // Nobody gets a token: those that are held reach their end.
  { probability: 1, names: outage },
]

/** Draws the fault of each request. Services have good times and bad ones, and tokens outlive neither by luck. */
export class FaultPlan {
  readonly #random: Random
  #weather: Weather = weathers[0] as Weather
  #until = 0

  constructor(random: Random) {
    this.#random = random
  }

  next(): [name: string, fault: Fault] {
    const now = trueNow()
    if (now >= this.#until) {
      this.#weather = this.#random.pick(weathers)
      this.#until = now + this.#random.between(1_000, 7_000)
    }
    if (!this.#random.chance(this.#weather.probability)) return ['none', well]
    const name = this.#random.pick(this.#weather.names)
    return [name, faults[name] ?? well]
  }
}
