import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Fault, type ManagedIdentityHost, startEmulator } from '@entrada/emulator'
import { median } from '../measure.ts'
import { type Measure, time } from '../row.ts'
import { runForOutput } from '../run-program.ts'

const folder = process.env.BENCH_FOLDER ?? '.'
const rounds = 5

interface Result {
  milliseconds: number
  errors: number
  requests: number
}

/** Both libraries on a virtual machine of the emulator, each case in a process of its own: the peer's state is global. */
export const managedIdentity: Measure = async () => {
  const emulator = await startEmulator()
  const host = await emulator.managedIdentity({ host: 'imds', cacheSeconds: 0 })
  let fault: Fault | undefined
  // The program says when its first token has come; what goes wrong begins then.
  const control = createServer((_, response) => {
    emulator.faults.always(fault)
    emulator.requests.clear()
    response.setHeader('connection', 'close').end()
  }).listen(0, '127.0.0.1')
  await once(control, 'listening')
  const controlUrl = `http://127.0.0.1:${(control.address() as AddressInfo).port}`

  const run = async (library: string, text: string): Promise<Result> => {
    const file = join(folder, `managed-identity-${library.replace(/\W/g, '-')}.mjs`)
    writeFileSync(file, programOf(library, text))
    const results: Result[] = []
    for (let round = 0; round < rounds; round++) {
      emulator.faults.clear()
      emulator.requests.clear()
      results.push(await resultOf(file, host, controlUrl))
    }
    const of = (name: keyof Result): number => median(results.map((result) => result[name]))
    return { milliseconds: of('milliseconds'), errors: of('errors'), requests: of('requests') }
  }
  const both = async (text: string, goesWrong?: Fault): Promise<{ ours: Result; peer: Result }> => {
    fault = goesWrong
    return { ours: await run('entrada', text), peer: await run('@azure/identity', text) }
  }

  const crowd = await both(cold)
  const slow = await both(inTheWindow, { delay: 2000 })
  const down = await both(fiftyCalls, { drop: true })
  control.close()
  await emulator.close()
  return [
    {
      what: 'managed identity: 100 concurrent cold getToken',
      ours: `${crowd.ours.requests} request, ${time(crowd.ours.milliseconds)}`,
      peer: `${crowd.peer.requests} requests, ${time(crowd.peer.milliseconds)}`,
      ratio: crowd.peer.milliseconds / crowd.ours.milliseconds,
      aim: '1 request',
      isReached: crowd.ours.requests === 1,
    },
    {
      what: 'managed identity: getToken in the refresh window, the host takes 2 s',
      ours: time(slow.ours.milliseconds),
      peer: time(slow.peer.milliseconds),
      ratio: slow.peer.milliseconds / slow.ours.milliseconds,
      aim: '1 ms',
      isReached: slow.ours.milliseconds < 1,
    },
    {
      what: 'managed identity: errors of 50 calls in the refresh window while the host is down and the token is valid',
      ours: String(down.ours.errors),
      peer: String(down.peer.errors),
      aim: '0',
      isReached: down.ours.errors === 0,
    },
  ]
}

async function resultOf(file: string, host: ManagedIdentityHost, CONTROL: string): Promise<Result> {
  const { PATH } = process.env
  const output = await runForOutput(file, { PATH, ...host.env, CONTROL })
  return { ...(JSON.parse(output) as Omit<Result, 'requests'>), requests: host.requests.length }
}

const cold = `
  start = performance.now()
  await Promise.all(Array.from({ length: 100 }, () => credential.getToken(scope)))
  milliseconds = performance.now() - start`

/** A token lives for a day, and is refreshed after half of it. */
const aged = `
  await credential.getToken(scope)
  await fetch(process.env.CONTROL)
  ahead = 13 * 3600_000`

const inTheWindow = `${aged}
  start = performance.now()
  await credential.getToken(scope)
  milliseconds = performance.now() - start`

const fiftyCalls = `${aged}
  for (let call = 0; call < 50; call++) await credential.getToken(scope).catch(() => errors++)`

function programOf(library: string, text: string): string {
  return `
    let ahead = 0
    const RealDate = Date
    globalThis.Date = class extends RealDate {
      constructor(...parts) {
        if (parts.length === 0) super(RealDate.now() + ahead)
        else super(...parts)
      }
      static now() {
        return RealDate.now() + ahead
      }
    }
    const { ManagedIdentityCredential } = await import('${library}')
    const scope = 'https://storage.azure.com/.default'
    const credential = new ManagedIdentityCredential({ retryOptions: { maxRetries: 0 } })
    let start = 0
    let milliseconds = 0
    let errors = 0
    ${text}
    console.log(JSON.stringify({ milliseconds, errors }))
    process.exit()`
}
