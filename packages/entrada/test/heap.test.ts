import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

/**
 * A program that looks into its own memory: secrets are made while it runs and kept as bytes with every bit turned, so that only what
 * the library holds is found. Prints the names of the secrets that are found, at three moments.
 */
const program = `
import { readFileSync } from 'node:fs'
import { writeHeapSnapshot } from 'node:v8'
import * as entrada from './entrada.mjs'
const id = '11111111-1111-4111-8111-111111111111'
const scope = 'https://vault.azure.net/.default'
const turned = {}
const turn = (bytes) => bytes.map((byte) => byte ^ 255)
const put = (name) => { turned[name] = turn(Buffer.from(['aa', name + Math.random().toString(36).slice(2), 'ZZ'].join('.'))) }
const get = (name) => Buffer.from(turn(turned[name])).toString('latin1')
for (const name of ['secret', 'token', 'assertion', 'refresh', 'signed', 'header', 'userTokens']) put(name)
const answering = (token) => async () => new Response(Buffer.from(JSON.stringify({ access_token: get(token), refresh_token: get('refresh'), expires_in: 3600 })))
const opened = []
const open = async (make, options) => {
  const credential = make()
  opened.push(credential)
  await credential.getToken(scope, options?.()).then(() => undefined)
}
const host = { env: {} }
await open(() => new entrada.ClientSecretCredential(id, id, get('secret'), { fetch: answering('token'), host }))
await open(() => new entrada.ClientAssertionCredential(id, id, async () => get('signed'), { fetch: answering('token'), host }))
await open(() => new entrada.OnBehalfOfCredential({ tenantId: id, clientId: id, clientSecret: get('secret'), fetch: answering('userTokens'), host }), () => ({ userAssertionToken: get('assertion') }))
await open(() => new entrada.ManagedIdentityCredential({ fetch: answering('token'), host: { env: { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/', IDENTITY_HEADER: get('header') } } }))
// The last call's values may stay in registers of the program itself.
const other = () => new entrada.ManagedIdentityCredential({ fetch: async () => new Response('{"access_token":"t","expires_in":3600}'), host: { env: { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/', IDENTITY_HEADER: 'h' } } })
await open(other)
const look = async (moment) => {
  await new Promise((resolve) => setImmediate(resolve))
  global.gc()
  const memory = readFileSync(writeHeapSnapshot(process.argv[2]), 'latin1')
  console.log(moment + ':', Object.keys(turned).filter((name) => memory.includes(get(name))).join(' '))
}
await look('used')
await (async () => {
  for (const credential of opened) await credential.close()
})()
await look('closed')
opened.length = 0
await look('dropped')
process.exit(0)
`

test('the memory holds no assertion that was sent, no token after close(), and nothing when the credentials are dropped', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-heap-'))
  try {
    await build({
      entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
      outfile: join(folder, 'entrada.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['open', 'tinyexec'],
      logLevel: 'error',
    })
    await writeFile(join(folder, 'program.mjs'), program)
    const args = ['--expose-gc', join(folder, 'program.mjs'), join(folder, 'memory.heapsnapshot')]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    expect(stdout.trim().split('\n')).toEqual([
      'used: secret token assertion refresh header userTokens',
      'closed: secret header',
      'dropped:',
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)
