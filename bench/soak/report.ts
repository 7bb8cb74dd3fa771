import type { WallClock } from './clock.ts'
import type { Findings } from './findings.ts'
import type { Footprint } from './leaks.ts'

export interface Run {
  seed: number
  seconds: number
  callers: number
  findings: Findings
  credentials: number
  requests: number
  tokens: number
  faults: ReadonlyMap<string, number>
  storeFaults: ReadonlyMap<string, number>
  clocks: readonly WallClock[]
  worstLagMs: number
  before: Footprint
  after: Footprint
}

/** The whole run as one table; the violations at its end. */
export function printReport(run: Run): void {
  const { findings, clocks, before, after } = run
  const outcomes = sorted(findings.outcomes)
  row('seed', String(run.seed))
  row('seconds, callers', `${run.seconds}, ${run.callers}`)
  row('calls', count(findings.calls))
  row('credentials made and closed', count(run.credentials))
  row('tokens issued', count(run.tokens))
  row('requests', count(run.requests))
  row('clock jumps', clocks.map(({ name, jumps }) => `${name} ${jumps}`).join(', '))
  row('event loop late, at worst', `${Math.round(run.worstLagMs)} ms`)
  for (const kind of Object.keys(before) as (keyof Footprint)[])
    row(`${kind} before, after`, `${before[kind]}, ${after[kind]}`)
  section('how calls ended', outcomes)
  section('faults of the service', sorted(run.faults))
  section('faults of the store', sorted(run.storeFaults))
  const violations = [...findings.violations]
  section('violations', violations.length === 0 ? [['none', 0]] : violations.map(([kind, { count }]) => [kind, count]))
  for (const [kind, { stories }] of violations) {
    console.log(`\n  ${kind} (seed ${run.seed})`)
    for (const story of stories) console.log(`    ${story}`)
  }
}

function section(title: string, rows: readonly (readonly [string, number])[]): void {
  console.log(`\n${title}`)
  for (const [name, number] of rows) row(`  ${name}`, count(number))
}

function row(name: string, value: string): void {
  console.log(`${name.padEnd(52)} ${value}`)
}

function sorted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([, one], [, other]) => other - one)
}

function count(number: number): string {
  return number.toLocaleString('en')
}
