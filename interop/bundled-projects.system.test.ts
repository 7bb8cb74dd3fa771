import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { build as buildWithEsbuild } from 'esbuild'
import forge from 'node-forge'
import { rollup } from 'rollup'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webpack from 'webpack'
import { startGraph } from '../examples/graph-stand-in.ts'
import { cleanEnvironment } from '../testing/environment.mjs'
import { component } from './components.ts'
import { type ConnectProxy, startConnectProxy } from './connect-proxy.ts'
import { type PackedProject, packedProject, projectTools, type Ran, runProgram, toolPath } from './packed-project.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

const program = fileURLToPath(new URL('projects/bundled.mjs', import.meta.url))
const isHere = component(projectTools)

const publicCloud = 'login.microsoftonline.com'
const emulator = await startTrustedEmulator({ hosts: [publicCloud] })
let project: PackedProject
let proxy: ConnectProxy
/** Outside of the project. */
let alone: string
let pfx: string

beforeAll(async () => {
  if (!isHere) return
  proxy = await startConnectProxy({ [`${publicCloud}:443`]: Number(new URL(emulator.url).port) })
  project = await packedProject()
  await copyFile(program, join(project.folder, 'program.mjs'))
  alone = await mkdtemp(join(tmpdir(), 'entrada-alone-'))
  pfx = join(alone, 'app.pfx')
  const { certificate, file } = pkcs12()
  emulator.updateApp('demo', { certificates: [certificate] })
  await writeFile(pfx, file)
}, 300_000)

afterAll(async () => {
  await project?.remove()
  if (alone !== undefined) await rm(alone, { recursive: true, force: true })
  await proxy?.[Symbol.asyncDispose]()
  await emulator.close()
})

/** Runs a bundle, or a file of a folder of bundles, where no package can be found. */
async function runAlone(bundle: string, file = ''): Promise<Ran> {
  const path = join(alone, basename(bundle))
  await cp(bundle, path, { recursive: true })
  return runProgram(process.execPath, [join(path, file)], { cwd: alone, env: environment() })
}

function environment(): NodeJS.ProcessEnv {
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID, NODE_EXTRA_CA_CERTS } = emulator.env()
  return {
    AZURE_TENANT_ID,
    AZURE_CLIENT_ID,
    AZURE_CLIENT_SECRET: 'wrong',
    NODE_EXTRA_CA_CERTS,
    PFX: pfx,
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
  }
}

const expected = { code: 0, output: 'token of 3 parts, through a proxy, then refused, verified, then signature' }

describe('a program that reads a PKCS#12 file and goes through a proxy, in one file', () => {
  test.each(['cjs', 'esm'] as const)(
    'by esbuild, as %s, which tree-shakes the ES modules',
    async (format) => {
      const file = `esbuild.${format === 'cjs' ? 'cjs' : 'mjs'}`
      const { warnings, metafile } = await buildWithEsbuild({
        entryPoints: [join(project.folder, 'program.mjs')],
        absWorkingDir: project.folder,
        outfile: join(project.folder, file),
        bundle: true,
        platform: 'node',
        format,
        metafile: true,
        logLevel: 'silent',
      })
      expect(warnings).toEqual([])
      expect(Object.keys(metafile.inputs).filter((path) => path.includes('/dist/node/'))).toEqual([])
      expect(await runAlone(join(project.folder, file))).toEqual(expected)
    },
    60_000,
  )

  test('by webpack, without a warning', async () => {
    const compiler = webpack({
      mode: 'production',
      target: 'node20',
      context: project.folder,
      entry: './program.mjs',
      output: { path: project.folder, filename: 'webpack.cjs' },
      optimization: { splitChunks: false },
      plugins: [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
    })
    const said = await new Promise((resolve, reject) => {
      compiler?.run((error, stats) =>
        error ? reject(error) : resolve(stats?.toString({ all: false, errors: true, warnings: true })),
      )
    })
    expect(said).toBe('')
    expect(await runAlone(join(project.folder, 'webpack.cjs'))).toEqual(expected)
  }, 120_000)

  test('by Rollup, without a warning', async () => {
    const [{ nodeResolve }, { default: commonjs }] = await Promise.all([
      import(toolPath('@rollup/plugin-node-resolve/dist/es/index.js')),
      import(toolPath('@rollup/plugin-commonjs/dist/es/index.js')),
    ])
    const warnings: string[] = []
    const bundle = await rollup({
      input: join(project.folder, 'program.mjs'),
      plugins: [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs()],
      onwarn: ({ message }) => warnings.push(message),
    })
    const file = join(project.folder, 'rollup.mjs')
    await bundle.write({ file, format: 'es', inlineDynamicImports: true })
    await bundle.close()
    expect(warnings).toEqual([])
    expect(await runAlone(file)).toEqual(expected)
  }, 120_000)

  test('by Vite, as a server’s code', async () => {
    const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url))
    await project.write({
      'vite.config.mjs': `export default { ssr: { noExternal: true }, build: { ssr: 'program.mjs', outDir: 'vite' } }`,
    })
    const { code, output } = await project.run([vite, 'build', '--logLevel', 'warn'])
    expect({ code, output }).toEqual({ code: 0, output: '' })
    expect(await runAlone(join(project.folder, 'vite'), 'program.mjs')).toEqual(expected)
  }, 120_000)

  test('as a single executable application of Node', async () => {
    await project.write({
      'sea.json': { main: 'esbuild.cjs', output: 'sea.blob', disableExperimentalSEAWarning: true },
    })
    expect((await project.run(['--experimental-sea-config', 'sea.json'])).code).toBe(0)
    const executable = join(project.folder, 'program')
    await copyFile(process.execPath, executable)
    const { inject } = await import(toolPath('postject/dist/api.js'))
    await inject(executable, 'NODE_SEA_BLOB', await readFile(join(project.folder, 'sea.blob')), {
      sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
    })
    expect(await runProgram(executable, [], { cwd: tmpdir(), env: environment() })).toEqual(expected)
  }, 120_000)
})

test('Next.js builds a page that signs a person in, a route that gets a token and one on the edge that verifies one, and serves them', async () => {
  for (const tool of ['next', 'react', 'react-dom']) {
    const link = join(project.folder, 'node_modules', tool)
    await rm(link, { force: true })
    await symlink(toolPath(tool), link)
  }
  await project.write({
    'app/layout.js': `export default ({ children }) => <html lang="en"><body>{children}</body></html>`,
    'app/page.js': `'use client'
      import { InteractiveBrowserCredential } from 'entrada'
      const signIn = () => new InteractiveBrowserCredential({ clientId: 'web', loginStyle: 'popup' }).getToken('User.Read')
      export default () => <button type="button" onClick={signIn}>Sign in</button>`,
    'app/token/route.js': `import { CertificateCredential } from 'entrada'
      export const dynamic = 'force-dynamic'
      export async function GET() {
        const { AZURE_TENANT_ID, AZURE_CLIENT_ID, PFX } = process.env
        const certificate = { certificatePath: PFX, certificatePassword: 'correct horse' }
        const credential = new CertificateCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, certificate)
        const { token } = await credential.getToken('https://storage.azure.com/.default')
        return new Response('token of ' + token.split('.').length + ' parts')
      }`,
    // Where Node's modules are not to be had: the keys are imported by jose.
    'app/me/route.js': `import { accessTokens } from '@entrada/verify'
      import { withAccessToken } from '@entrada/verify/next'
      export const runtime = 'edge'
      let made
      const makeVerify = () => {
        const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AUTHORITY, KEYS } = process.env
        return accessTokens({ audience: AZURE_CLIENT_ID, tenants: [AZURE_TENANT_ID], clouds: AUTHORITY, keys: JSON.parse(KEYS) })
      }
      const verify = (...call) => (made ??= makeVerify())(...call)
      export const GET = withAccessToken(verify, (request, { caller }) => new Response('hello ' + caller.username))`,
  })
  // The recipe, which `next build` loads, as the other routes, where it knows of no tenant.
  const recipe = fileURLToPath(new URL('../examples/next/', import.meta.url))
  await cp(join(recipe, 'app/me'), join(project.folder, 'app/graph/me'), { recursive: true })
  await cp(join(recipe, 'entra.js'), join(project.folder, 'app/entra.js'))
  const next = toolPath('next/dist/bin/next')
  const keys = await emulator.fetch(`${emulator.url}/${emulator.env().AZURE_TENANT_ID}/discovery/v2.0/keys`)
  await using graph = await startGraph()
  const { AZURE_AUTHORITY_HOST, AZURE_CLIENT_SECRET } = emulator.env()
  const given = {
    ...{ AUTHORITY: emulator.url, KEYS: await keys.text() },
    ...{ AZURE_AUTHORITY_HOST, AZURE_CLIENT_SECRET, GRAPH_ENDPOINT: graph.url },
  }
  const env = { ...environment(), ...given, NEXT_TELEMETRY_DISABLED: '1' }
  const unknown = { AZURE_TENANT_ID: undefined, AZURE_CLIENT_ID: undefined, AZURE_CLIENT_SECRET: undefined }
  const { code, output } = await project.run([next, 'build', '--webpack'], { env: { ...env, ...unknown } })
  expect(code, output).toBe(0)
  expect(output).not.toMatch(/warn/i)
  const server = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: project.folder,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await addressIn(server.stdout)
    expect(await (await fetch(`${url}/token`)).text()).toBe('token of 3 parts')
    expect(await (await fetch(url)).text()).toContain('Sign in')
    const user = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
    const authorization = `Bearer ${await emulator.userToken({ user, app: 'demo' })}`
    expect(await (await fetch(`${url}/me`, { headers: { authorization } })).text()).toBe('hello ada@contoso.example')
    expect((await fetch(`${url}/me`)).status).toBe(401)
    const asCaller = await fetch(`${url}/graph/me`, { headers: { authorization } })
    expect(await asCaller.json()).toEqual({ displayName: 'Ada Lovelace' })
    expect((await fetch(`${url}/graph/me`)).status).toBe(401)
  } finally {
    server.kill()
    await once(server, 'exit')
  }
}, 240_000)

/** The address that a server says it listens on. */
async function addressIn(output: Readable): Promise<string> {
  for await (const line of createInterface(output)) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
    if (address !== undefined) {
      output.resume()
      return address
    }
  }
  throw new Error('The server ended without a word of where it listens.')
}

/** A key and its certificate in a file with the password that the program knows. */
function pkcs12(): { certificate: string; file: Buffer } {
  const { publicKey, privateKey } = forge.pki.rsa.generateKeyPair(2048)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.validity.notAfter = new Date(Date.now() + 3600_000)
  certificate.sign(privateKey, forge.md.sha256.create())
  const asn1 = forge.pkcs12.toPkcs12Asn1(privateKey, [certificate], 'correct horse', { algorithm: 'aes256' })
  const file = Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary')
  return { certificate: forge.pki.certificateToPem(certificate), file }
}
