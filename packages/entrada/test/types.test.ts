import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeTypes } from '../build.mjs'

const run = promisify(execFile)
const packageRoot = fileURLToPath(new URL('..', import.meta.url))
const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))

let folder: string

// The declarations as they would be published, made anew from the source.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-types-'))
  const installed = join(folder, 'node_modules/entrada')
  await mkdir(join(installed, 'dist'), { recursive: true })
  const manifest = await readFile(join(packageRoot, 'package.json'), 'utf8')
  await writeFile(join(installed, 'package.json'), manifest)
  await writeTypes(join(installed, 'dist'))
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

test('a program without Node’s types and without the lib for disposables compiles against them', async () => {
  await writeFile(
    join(folder, 'program.ts'),
    `import { type AccessToken, DefaultAzureCredential, getBearerTokenProvider, OnBehalfOfCredential } from 'entrada'
     import { memoryTokenStore } from 'entrada/store'
     const credential = new DefaultAzureCredential({ tokenStore: memoryTokenStore() })
     const token: Promise<AccessToken> = credential.getToken('scope', { enableCae: true })
     export const all = [token, getBearerTokenProvider(credential, 'scope'), OnBehalfOfCredential, credential[Symbol.asyncDispose]]`,
  )
  const options = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    module: 'nodenext',
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['program.ts'] }))
  const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
}, 60_000)

test.each(['index', 'store'])('the declarations of %s are one file, which names no module of Node', async (entry) => {
  const text = await readFile(join(folder, `node_modules/entrada/dist/node/${entry}.d.cts`), 'utf8')
  expect(text).not.toMatch(/['"]node:/)
  expect(text).not.toMatch(/\bfrom ['"]|\bimport\(/)
})

test('no declaration has what is only for tests, such as the option host', async () => {
  const text = await readFile(join(folder, 'node_modules/entrada/dist/node/index.d.cts'), 'utf8')
  expect(text).not.toContain('@internal')
  expect(text).toContain('interface TokenCredentialOptions')
  expect(/interface TokenCredentialOptions \{.*?\n\}/s.exec(text)?.[0]).not.toMatch(/\bhost\?:/)
})
