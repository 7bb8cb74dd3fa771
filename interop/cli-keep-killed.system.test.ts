import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { decodeJwt } from 'jose'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { clientId, recognisableSecret, scope, tenantId, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { start } from '../packages/cli/test/running.ts'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { startTrustedEmulator } from './trusted-emulator.ts'

vi.setConfig({ testTimeout: 1_800_000 })

const kills = 200

let program: Program
beforeAll(async () => {
  program = await buildProgram()
})

/** Reads the file as often as it can, and counts what a reader would choke on. */
const reader = `
  const { readFileSync, statSync } = require('node:fs')
  const { parentPort, workerData } = require('node:worker_threads')
  const found = { reads: 0, torn: 0, expired: 0, missing: 0, written: 0 }
  let last = 0
  let isEnding = false
  parentPort.on('message', () => { isEnding = true })
  const look = () => {
    for (let count = 0; count < 20; count++) {
      let text
      try { text = readFileSync(workerData, 'utf8') } catch { found.missing++; continue }
      found.reads++
      const parts = text.split('.')
      try {
        const { exp } = JSON.parse(Buffer.from(parts[1], 'base64url'))
        if (parts.length !== 3 || parts[2].length < 300) found.torn++
        if (exp * 1000 <= Date.now()) found.expired++
      } catch { found.torn++ }
    }
    const { ctimeMs } = statSync(workerData, { throwIfNoEntry: false }) ?? { ctimeMs: last }
    if (ctimeMs !== last) found.written++
    last = ctimeMs
    if (isEnding) parentPort.postMessage(found)
    else setImmediate(look)
  }
  look()`

test(`keep is killed at ${kills} random instants: a reader in a loop sees a whole and valid token each time`, async () => {
  // Tokens so short that the file is written again every few seconds, by those that live so long.
  const emulator = await startTrustedEmulator({
    directory: {
      tenants: [{ id: tenantId }],
      apps: [{ name: 'app', clientId, tenantId, secrets: [{ value: recognisableSecret }] }],
    },
    tokenLifetimeSeconds: 60,
  })
  onTestFinished(() => emulator.close())
  const folder = await temporaryFolder()
  onTestFinished(folder.remove)
  const file = join(folder.path, 'token')
  const args = ['keep', '--verbose', '--file', file, '--scope', scope]
  const begun = performance.now()
  const first = start(program, args, variablesOf(emulator))
  await first.untilError(/: a token until/)
  /** How long the program takes until it has written. */
  const usual = performance.now() - begun
  const reading = new Worker(reader, { eval: true, workerData: file })
  let running = first
  const phases = { beforeWriting: 0, afterWriting: 0 }
  for (let count = 0; count < kills; count++) {
    running.child.kill('SIGKILL')
    await running.ended
    running = start(program, args, variablesOf(emulator))
    // Before, while and after it writes: most of this time it starts.
    await new Promise((resolve) => setTimeout(resolve, usual * (0.5 + Math.random())))
    phases[/: a token until/.test(running.errors()) ? 'afterWriting' : 'beforeWriting'] += 1
  }
  await running.untilError(/: a token until/)
  reading.postMessage('end')
  const [found] = await once(reading, 'message')
  await reading.terminate()
  console.log(`${JSON.stringify(found)}; killed ${JSON.stringify(phases)}`)
  expect(found).toMatchObject({ torn: 0, expired: 0, missing: 0 })
  expect(found.written).toBeGreaterThan(kills / 10)
  expect(decodeJwt(await readFile(file, 'utf8'))).toMatchObject({ appid: clientId })
  expect(await readdir(folder.path)).toEqual(['token'])
})
