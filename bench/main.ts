import { cpus } from 'node:os'
import type { Measure, Row } from './row.ts'
import { cached, held } from './rows/cached.ts'
import { commandLine } from './rows/command-line.ts'
import { azureCli } from './rows/developer-tools.ts'
import { emulators } from './rows/emulator.ts'
import { managedIdentity } from './rows/managed-identity.ts'
import { memory } from './rows/memory.ts'
import { onBehalfOf } from './rows/on-behalf-of.ts'
import { outageTimeline } from './rows/outage.ts'
import { coldCrowd, refreshWindow } from './rows/refresh.ts'
import { firstToken, importTime } from './rows/start.ts'
import { stores } from './rows/stores.ts'
import { telemetry } from './rows/telemetry.ts'
import { verification } from './rows/verify.ts'
import { bundle, installed } from './rows/weight.ts'

/** In the order of the report; the names choose, as in `npm run bench -- cached start`. */
const measures: Readonly<Record<string, Measure>> = {
  cached,
  held,
  'on-behalf-of': onBehalfOf,
  import: importTime,
  start: firstToken,
  cli: commandLine,
  crowd: coldCrowd,
  refresh: refreshWindow,
  outage: outageTimeline,
  'azure-cli': azureCli,
  'managed-identity': managedIdentity,
  stores,
  telemetry,
  verify: verification,
  emulator: emulators,
  installed,
  bundle,
  memory,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in measures))
if (unknown.length > 0) {
  console.error(`bench: no measure is named ${unknown.join(', ')}. There are: ${Object.keys(measures).join(', ')}.`)
  process.exit(2)
}

console.log(
  `entrada beside @azure/identity and @azure/msal-node, in one run: Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'processor'}\n`,
)
let missed = 0
for (const [name, measure] of Object.entries(measures)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  for (const row of await measure()) {
    print(row)
    if (!row.isReached) missed++
  }
}
console.log(missed === 0 ? 'Every aim is reached.' : `${missed} aims are not reached in this run; each is marked.`)

function print({ what, ours, peer, ratio, aim, isReached, details = [] }: Row): void {
  console.log(`${isReached ? ' ' : '!'} ${what}`)
  console.log(`    ours   ${ours}`)
  if (peer !== '') console.log(`    peer   ${peer}`)
  if (ratio !== undefined)
    console.log(`    ratio  ${ratio >= 10 ? Math.round(ratio).toLocaleString('en') : ratio.toFixed(1)} x`)
  console.log(`    aim    ${aim}${isReached ? '' : '   NOT REACHED'}`)
  for (const line of details) console.log(`    ${line}`)
  console.log('')
}
