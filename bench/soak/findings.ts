import { atText, trueNow } from './clock.ts'

/** So many stories of each kind of violation are told. */
const told = 4

/** What a run has found: how calls ended, and what must never happen. */
export class Findings {
  readonly start = trueNow()
  readonly outcomes = new Map<string, number>()
  readonly violations = new Map<string, { count: number; stories: string[] }>()
  calls = 0

  outcome(name: string): void {
    this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1)
  }

  violation(kind: string, story: string): void {
    const entry = this.violations.get(kind) ?? { count: 0, stories: [] }
    this.violations.set(kind, entry)
    entry.count++
    if (entry.stories.length < told) entry.stories.push(`${this.at(trueNow())}  ${story}`)
  }

  /** A true time as the report writes it. */
  at(time: number): string {
    return atText(time, this.start)
  }
}
