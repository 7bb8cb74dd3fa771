import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { assertionOf } from './contract/assertion.ts'
import { credentials } from './contract/credentials.ts'
import { signInAt } from './sign-in/person.ts'
import { createWorld, scope, user, type World } from './world.ts'

let world: World
let folder: string
let control: { url: string; close: () => void }

/** The program's clocks and the emulator's go ahead together: time passes, and nobody sets a clock. */
const preamble = `import * as entrada from './entrada.mjs'
const scope = '${scope}'
let ahead = 0
const now = Date.now
Date.now = () => now() + ahead + Number(process.env.START_AHEAD ?? 0)
const monotonic = performance.now.bind(performance)
performance.now = () => monotonic() + ahead
async function goAhead(milliseconds) {
  ahead += milliseconds
  await fetch(process.env.CONTROL + 'ahead/' + milliseconds)
}
`

beforeAll(async () => {
  world = await createWorld()
  control = await startControl()
  folder = await mkdtemp(join(tmpdir(), 'entrada-process-'))
  await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    outfile: join(folder, 'entrada.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['open', 'tinyexec'],
    logLevel: 'error',
  })
})

beforeEach(() => world.reset())

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  control.close()
  await world.close()
})

interface Ended {
  code: number | null
  signal: string | null
  output: string
}

/** Runs a program in a process of its own, with the app's variables; kills it if it hangs. */
async function run(program: string, env: Record<string, string> = {}): Promise<Ended> {
  const file = join(folder, `program-${Math.random().toString(36).slice(2)}.mjs`)
  await writeFile(file, `${preamble}${program}\n`)
  const child = spawn(process.execPath, [file], {
    env: {
      PATH: process.env.PATH,
      ...world.env,
      NODE_EXTRA_CA_CERTS: world.emulator.ca.path,
      CONTROL: control.url,
      START_AHEAD: String(Math.round(world.emulator.clock.now() - Date.now())),
      ...env,
    },
    timeout: 15_000,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })))
}

describe.each(credentials)('a program with $name', ({ program, env }) => {
  test('ends by itself when it has its token, though it never closes the credential', async () => {
    const ended = await run(
      `
      const credential = ${program}
      const { token } = await credential.getToken(scope)
      console.log(token.split('.').length)`,
      await env?.(world),
    )
    expect(ended).toEqual({ code: 0, signal: null, output: '3\n' })
  })

  test('is not kept alive by a refresh that runs behind', async () => {
    const ended = await run(
      `
            const credential = ${program}
      const { token } = await credential.getToken(scope)
      await goAhead(3400_000)
      await fetch(process.env.CONTROL + 'fault')
      console.log((await credential.getToken(scope)).token === token)`,
      await env?.(world),
    )
    expect(ended).toEqual({ code: 0, signal: null, output: 'true\n' })
  })

  test('waits at its top level for a token that takes long, and for a refresh that it joins', async () => {
    world.emulator.faults.next({ delay: 300 }, { delay: 300 })
    const ended = await run(
      `
            const credential = ${program}
      const first = await credential.getToken(scope)
      await goAhead(3400_000)
      await credential.getToken(scope)
      await goAhead(200_000)
      const second = await credential.getToken(scope)
      console.log(first.token !== second.token)`,
      await env?.(world),
    )
    expect(ended).toEqual({ code: 0, signal: null, output: 'true\n' })
    expect(world.tokenRequests()).toBe(2)
  })
})

test('importing the library starts nothing, loads no HTTP module and prints nothing', async () => {
  const ended = await run(`
    console.log(process.getActiveResourcesInfo().length)
    console.log(process.moduleLoadList.filter((name) => /NativeModule (https?|tls|_http_client|undici)/.test(name)).join())`)
  expect(ended).toEqual({ code: 0, signal: null, output: expect.stringMatching(/^\d+\n\n$/) })
})

/** What a program under test can ask of the world, by path: `fault`, `ahead/3600000`, `assertion`. */
async function startControl(): Promise<{ url: string; close: () => void }> {
  const server = createServer(async (request, response) => {
    const [, what, argument] = (request.url ?? '').split('/')
    if (what === 'fault') world.emulator.faults.next({ delay: 60_000 })
    if (what === 'approve') world.emulator.approveDeviceCode(argument ?? '', { user })
    if (what === 'browse') void signInAt(decodeURIComponent(argument ?? ''), world.emulator)
    if (what === 'ahead') world.emulator.clock.advance(Number(argument))
    response.setHeader('connection', 'close')
    response.end(what === 'assertion' ? await assertionOf(world) : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}
