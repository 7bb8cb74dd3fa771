import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

// What spans there are is tested with the real instrumenters (interop/).
test('a program without @azure/core-tracing gets its tokens, whatever context its calls carry', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-tracing-'))
  try {
    const outfile = join(folder, 'entrada.mjs')
    const entryPoints = [fileURLToPath(new URL('../../src/index.ts', import.meta.url))]
    await build({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' })
    await writeFile(join(folder, 'program.mjs'), program)
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'program.mjs')])
    expect(JSON.parse(stdout)).toEqual({
      tokens: ['token-1', 'token-1', 'token-1', 'token-1', 'token-1'],
      isHeld: true,
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

const program = `
import { ClientSecretCredential } from './entrada.mjs'
let requests = 0
const fetch = async () => Response.json({ access_token: 'token-' + ++requests, expires_in: 3600 })
const credential = new ClientSecretCredential('contoso.example', 'client', 'secret', { fetch })
const tokens = []
for (const tracingContext of [undefined, null, {}, Object.create(null), 'text'])
  tokens.push((await credential.getToken('scope', { tracingOptions: { tracingContext } })).token)
// Once it is known that nobody traces, a call with such a context is handed the promise that the cache holds.
const call = () => credential.getToken('scope', { tracingOptions: { tracingContext: 'text' } })
console.log(JSON.stringify({ tokens, isHeld: call() === call() }))
`
