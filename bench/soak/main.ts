import { setTimeout as wait } from 'node:timers/promises'
import { runCaller } from './caller.ts'
import { makeClocks, trueNow } from './clock.ts'
import { FaultPlan } from './faults/plan.ts'
import { Findings } from './findings.ts'
import { Fleet } from './fleet.ts'
import { Judge } from './judge.ts'
import { footprint, growth } from './leaks.ts'
import { Ledger } from './ledger.ts'
import { LoopLag } from './loop-lag.ts'
import { Random } from './random.ts'
import { printReport } from './report.ts'
import { makeSlots } from './slots.ts'
import { startSts } from './sts.ts'

/**
 * A soak: many callers over several credentials for some minutes of real time, under faults and clocks that jump. It
 * stops by itself, prints what it saw, and ends with 1 if something happened that must never happen.
 */
const [seconds = 600, seed = Math.floor(Math.random() * 1e6)] = process.argv.slice(2).map(Number)
if (!(seconds > 0 && seconds <= 86_400 && Number.isInteger(seed))) {
  console.error('soak: pass a number of seconds, and a whole number as the seed, as in: npm run soak -- 20 7')
  process.exit(2)
}
const callers = 250
console.log(`soak: ${seconds} s, ${callers} callers, seed ${seed}\n`)

const random = new Random(seed)
const findings = new Findings()
process.on('unhandledRejection', (reason) => findings.violation('unhandled rejection', told(reason)))
process.on('uncaughtException', (error) => findings.violation('uncaught exception', told(error)))
process.on('warning', (warning) => {
  // Of Node's own function that counts objects: see leaks.ts.
  if (warning.name !== 'ExperimentalWarning') findings.violation('warning of the process', told(warning))
})

const ledger = new Ledger()
const lag = new LoopLag()
const clocks = makeClocks()
const before = footprint()
const sts = await startSts({
  plan: new FaultPlan(random.fork()),
  ledger,
  random: random.fork(),
  onStray: (what) => findings.violation('request that no credential should send', what),
})
const folder = process.env.SOAK_FOLDER ?? '.'
const fleet = new Fleet(makeSlots(sts.url, clocks), { findings, random: random.fork(), folder })
const judge = new Judge(findings, ledger, lag)

const end = trueNow() + seconds * 1000
const isOver = (): boolean => trueNow() >= end
const controllers = Array.from({ length: callers }, () => new AbortController())
const work = Promise.all([
  ...controllers.map(({ signal }) => runCaller({ fleet, judge, findings, random: random.fork(), signal, isOver })),
  everyNowAndThen(1_000, 4_000, () => fleet.replaceOne()),
  ...Object.values(clocks).map((clock) => {
    const jumps = random.fork()
    return everyNowAndThen(1_500, 12_000, () => clock.jump(jumps))
  }),
]).then(
  () => undefined,
  (error: unknown) => findings.violation('the soak itself failed', told(error)),
)

await wait(seconds * 1000)
await within(15_000, fleet.closeAll())
// Whoever still waits was rejected when the credentials closed.
if (!(await within(10_000, work)))
  findings.violation('calls that closing did not end', 'some callers still wait 10 s after close()')
lag.stop()
await checkConnections()
await sts.close()
for (const leak of await growth(
  before,
  controllers.map(({ signal }) => signal),
))
  findings.violation('leak', leak)
const after = footprint()

printReport({
  ...{ seed, seconds, callers, findings, before, after },
  ...{ credentials: fleet.made, requests: ledger.requests, tokens: ledger.tokens },
  ...{ faults: ledger.faults, storeFaults: fleet.storeFaults, clocks: Object.values(clocks), worstLagMs: lag.worst },
})
process.exit(findings.violations.size === 0 ? 0 : 1)

/** Repeats something at times that the seed decides, until the run is over. */
async function everyNowAndThen(least: number, most: number, act: () => void): Promise<void> {
  const times = random.fork()
  for (;;) {
    const pause = times.between(least, most)
    if (trueNow() + pause >= end) return
    await wait(pause)
    act()
  }
}

/** Whether something ends in time. */
async function within(milliseconds: number, something: Promise<void>): Promise<boolean> {
  const inTime = new AbortController()
  const late = wait(milliseconds, false, { signal: inTime.signal }).catch(() => false)
  const isInTime = await Promise.race([something.then(() => true), late])
  inTime.abort()
  return isInTime
}

async function checkConnections(): Promise<void> {
  for (let round = 0; round < 30 && sts.connections() > 0; round++) await wait(100)
  if (sts.connections() > 0) findings.violation('leak', `${sts.connections()} connections 3 s after all had closed`)
}

function told(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ') : String(error)
}
