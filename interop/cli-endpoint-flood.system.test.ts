import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Emulator } from '@entrada/emulator'
import { beforeAll, expect, test, vi } from 'vitest'
import { scope, startAuthority, variablesOf } from '../packages/cli/test/app.ts'
import { rawRequest } from '../packages/cli/test/endpoint/raw-request.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { type Running, start } from '../packages/cli/test/running.ts'

vi.setConfig({ testTimeout: 180_000 })

let program: Program
let emulator: Emulator
beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

interface Served extends Running {
  port: number
  secret: string
  megabytes(): Promise<number>
}

async function serve(): Promise<Served> {
  const running = start(program, ['serve'], variablesOf(emulator))
  const [, file = ''] = await running.until(/ (\/\S+sdk\.env)/)
  const text = await readFile(file, 'utf8')
  return {
    ...running,
    port: Number(/:(\d+)\//.exec(text)?.[1]),
    secret: /IDENTITY_HEADER=(\w+)/.exec(text)?.[1] ?? '',
    async megabytes() {
      const status = await readFile(`/proc/${running.child.pid}/status`, 'utf8').catch(() => '')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
    },
  }
}

const target = `/msi/token?api-version=2019-08-01&resource=${scope.replace('/.default', '')}`

async function ask({ port }: Served, secret: string): Promise<number> {
  return (await rawRequest({ port, target, headers: { 'X-IDENTITY-HEADER': secret } })).status
}

async function askTenThousand(served: Served, secret: string): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  for (let batch = 0; batch < 200; batch++) {
    const given = await Promise.all(Array.from({ length: 50 }, () => ask(served, secret)))
    for (const status of given) statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  return statuses
}

test('ten thousand requests: each is answered or told to come again, Entra ID is asked once, and the endpoint is there', async () => {
  const served = await serve()
  expect(await ask(served, served.secret)).toBe(200)
  const before = await served.megabytes()
  const tokens = emulator.requests.filter(({ path }) => path.endsWith('/oauth2/v2.0/token')).length
  const statuses = await askTenThousand(served, served.secret)
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 429)).toEqual([])
  expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(10_000)
  expect(emulator.requests.filter(({ path }) => path.endsWith('/oauth2/v2.0/token')).length).toBe(tokens)
  const after = await served.megabytes()
  console.log(
    `${statuses.get(200)} answered, ${statuses.get(429) ?? 0} told to come again; memory ${before.toFixed()} to ${after.toFixed()} MB`,
  )
  expect(after - before).toBeLessThan(100)
  while ((await ask(served, served.secret)) !== 200);
})

test('ten thousand wrong secrets get nothing, keep nobody out, and do not fill the log', async () => {
  const served = await serve()
  const statuses = await askTenThousand(served, '0'.repeat(64))
  expect([...statuses]).toEqual([[403, 10_000]])
  expect(await ask(served, served.secret)).toBe(200)
  await served.untilError(/^\S+ 200 app-service/m)
  const lines = served.errors().trim().split('\n')
  expect(lines.some((line) => /^\d+ more requests were refused in that second$/.test(line))).toBe(true)
  console.log(`${lines.length} lines for 10,001 requests`)
  expect(lines.length).toBeLessThan(5000)
})

test('five hundred connections that say nothing keep nobody out', async () => {
  const served = await serve()
  const silent = Array.from({ length: 500 }, () => connect(served.port, '127.0.0.1').on('error', () => undefined))
  await Promise.all(silent.map((socket) => once(socket, 'connect')))
  for (const socket of silent) if (!socket.destroyed) socket.write('GET /msi/token HTTP/1.1\r\n')
  for (let count = 0; count < 50; count++) expect(await ask(served, served.secret)).toBe(200)
  for (const socket of silent) socket.destroy()
})
