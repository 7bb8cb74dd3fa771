import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

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
  const out = ['--outDir', join(installed, 'dist'), '--tsBuildInfoFile', join(folder, 'info')]
  await run(process.execPath, [tsc, '-p', packageRoot, ...out])
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

test('no declaration that a program reaches names a module of Node', async () => {
  const dist = join(folder, 'node_modules/entrada/dist')
  const reached = new Set<string>()
  const visit = async (path: string): Promise<void> => {
    if (reached.has(path)) return
    reached.add(path)
    const text = await readFile(path, 'utf8')
    expect(text, path).not.toMatch(/['"]node:/)
    for (const [, next = ''] of text.matchAll(/from '(\.[^']+)\.(?:js|ts)'/g))
      await visit(`${join(dirname(path), next)}.d.ts`)
  }
  await visit(join(dist, 'index.d.ts'))
  await visit(join(dist, 'store.d.ts'))
  expect(reached.size).toBeGreaterThan(10)
})
