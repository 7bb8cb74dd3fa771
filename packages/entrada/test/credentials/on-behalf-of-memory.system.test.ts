import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const accessBytes = 2000
const refreshBytes = 1000
const users = 100_000

/** One instance, as many users; each call's assertion is a text of its own, which nobody else holds. */
const program = `
import { OnBehalfOfCredential } from './entrada.mjs'
const users = ${users}
let requests = 0
const padded = (start, length) => Buffer.alloc(length, start).toString('latin1')
const fetch = (_, { body }) => {
  requests++
  const user = /userAssertion|&assertion=[^&]*user-(\\d+)-/.exec(body)?.[1]
  const text = JSON.stringify({
    token_type: 'Bearer',
    expires_in: 3599,
    access_token: padded('access-of-' + user + '-', ${accessBytes}),
    refresh_token: padded('refresh-of-' + user + '-', ${refreshBytes}),
  })
  return { status: 200, headers: { get: () => null }, text: async () => text }
}
const credential = new OnBehalfOfCredential({ tenantId: 't', clientId: 'c', clientSecret: 's', fetch })
const ask = (user) =>
  credential.getToken('https://graph.microsoft.com/.default', { userAssertionToken: padded('user-' + user + '-', 1500) })
async function all() {
  for (let from = 0; from < users; from += 500) {
    const tokens = await Promise.all(Array.from({ length: 500 }, (_, index) => ask(from + index)))
    tokens.forEach(({ token }, index) => {
      if (!token.startsWith('access-of-' + (from + index) + '-') || token.length !== ${accessBytes}) throw new Error('another user’s')
    })
  }
}
async function heap() {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    gc()
  }
  return process.memoryUsage().heapUsed
}
const before = await heap()
await all()
const exchanged = { requests, bytes: await heap() - before }
await all()
const readBack = { requests }
await credential.close()
console.log(JSON.stringify({ exchanged, readBack, closed: { bytes: await heap() - before, name: credential.name } }))
`

test('a hundred thousand users are exchanged in one process, at 1.5 times the bytes of their tokens, and read back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-users-'))
  try {
    await build({
      entryPoints: [fileURLToPath(new URL('../../src/index.ts', import.meta.url))],
      outfile: join(folder, 'entrada.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: [],
      logLevel: 'error',
    })
    await writeFile(join(folder, 'program.mjs'), program)
    const options = ['--expose-gc', '--max-semi-space-size=64', join(folder, 'program.mjs')]
    const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 240_000 })
    const { exchanged, readBack, closed } = JSON.parse(stdout)
    const tokenBytes = users * (accessBytes + refreshBytes)
    expect(exchanged.requests).toBe(users)
    expect(exchanged.bytes).toBeGreaterThan(tokenBytes)
    expect(exchanged.bytes).toBeLessThan(1.5 * tokenBytes)
    expect(readBack.requests).toBe(users)
    expect(closed.bytes).toBeLessThan(0.02 * tokenBytes)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 240_000)
