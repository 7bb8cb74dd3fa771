import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { median } from '../measure.ts'
import { type Measure, type Row, time } from '../row.ts'
import { runAsync } from '../run-program.ts'
import { startSts } from '../sts.ts'

const folder = process.env.BENCH_FOLDER ?? '.'
const rounds = 15

/** How long `import` and `require` take, inside a process of its own. */
export const importTime: Measure = async () => [timeToLoad('import'), timeToLoad('require')]

function timeToLoad(way: 'import' | 'require'): Row {
  const of = (name: string): number => {
    const load = way === 'import' ? `await import('${name}')` : `require('${name}')`
    const file = program(
      `${way}-${name.replace(/\W/g, '-')}`,
      `
      const start = performance.now()
      ${load}
      console.log(performance.now() - start)`,
      way === 'import' ? 'mjs' : 'cjs',
    )
    return median(Array.from({ length: rounds }, () => Number(spawnSync(process.execPath, [file]).stdout.toString())))
  }
  const [ours, peer] = [of('entrada'), of('@azure/identity')]
  return {
    what: `${way} of the library`,
    ours: time(ours),
    peer: time(peer),
    ratio: peer / ours,
    aim: '3 ms',
    isReached: ours <= 3,
  }
}

/** What nobody can do without: TLS, and one POST whose answer is parsed. */
const leastText = `
  import { request } from 'node:https'
  const { AZURE_AUTHORITY_HOST, AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client_id, AZURE_CLIENT_SECRET: client_secret } = process.env
  const form = { grant_type: 'client_credentials', scope: 'https://storage.azure.com/.default', client_id, client_secret }
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = request(new URL(tenant + '/oauth2/v2.0/token', AZURE_AUTHORITY_HOST), { method: 'POST', headers }, async (answer) => {
    let text = ''
    for await (const chunk of answer) text += chunk
    process.exit(JSON.parse(text).access_token ? 0 : 1)
  })
  post.end(new URLSearchParams(form).toString())`

/** From the start of a process to its first token over TLS, above a process that does nothing. */
export const firstToken: Measure = async () => {
  const sts = await startSts()
  const { emulator } = sts
  const env = { ...process.env, ...emulator.env(), NODE_EXTRA_CA_CERTS: emulator.ca.path }
  const body = (options: string): string => `
    const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret } = process.env
    await new ClientSecretCredential(tenant, client, secret, ${options}).getToken('https://storage.azure.com/.default')
    process.exit()`
  const bare = program('bare', 'process.exit()')
  const ours = program('first-ours', `import { ClientSecretCredential } from 'entrada'${body('{}')}`)
  const peer = program(
    'first-peer',
    `import { ClientSecretCredential } from '@azure/identity'${body('{ disableInstanceDiscovery: true }')}`,
  )
  const least = program('first-least', leastText)
  await runAsync(ours, env)
  const times = { bare: [] as number[], least: [] as number[], ours: [] as number[], peer: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    times.bare.push(await runAsync(bare, env))
    times.least.push(await runAsync(least, env))
    times.ours.push(await runAsync(ours, env))
    times.peer.push(await runAsync(peer, env))
  }
  const fromOneFile = await firstTokenFromOneFile(env, body('{}'))
  await emulator.close()
  const aboveBare = (list: readonly number[]): number => median(list) - median(times.bare)
  const above = { least: aboveBare(times.least), ours: aboveBare(times.ours), peer: aboveBare(times.peer) }
  return [
    {
      what: 'process start to first token over TLS, above bare node',
      ours: `+${time(above.ours)}`,
      peer: `+${time(above.peer)}`,
      ratio: above.peer / above.ours,
      aim: `+25 ms where TLS and one POST alone take +22 ms; here these take +${time(above.least)}`,
      isReached: above.ours <= Math.max(25, (above.least * 25) / 22),
    },
    fromOneFile,
  ]
}

/** The same from a program in one file, whose compiled code Node 22 and newer keep between runs. */
async function firstTokenFromOneFile(env: NodeJS.ProcessEnv, body: string): Promise<Row> {
  const what = 'the same from one bundled file, by a Node that keeps compiled code'
  const aim = '+20 ms where TLS and one POST alone take +22 ms'
  const node = nodeWithCompileCache()
  if (node === undefined) {
    return { what, ours: 'no Node 22 or newer here: npm ci --prefix interop/runtimes', peer: '', aim, isReached: true }
  }
  const bare = program('bare', 'process.exit()', 'cjs')
  const source = program(
    'one-source',
    `const { ClientSecretCredential } = require('entrada')\nmain()\nasync function main() {${body}}`,
    'cjs',
  )
  const file = join(folder, 'one-file.cjs')
  await build({
    entryPoints: [source],
    outfile: file,
    bundle: true,
    minify: true,
    platform: 'node',
    external: ['open'],
    logLevel: 'silent',
  })
  const least = program('one-least', leastText)
  const kept = { ...env, NODE_COMPILE_CACHE: join(folder, 'compiled') }
  // Code is kept when a process ends by itself or by `process.exit`; the second run finds all of it.
  for (let run = 0; run < 2; run++) await runAsync(file, kept, { node })
  const times = { bare: [] as number[], least: [] as number[], ours: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    times.bare.push(await runAsync(bare, kept, { node }))
    times.least.push(await runAsync(least, kept, { node }))
    times.ours.push(await runAsync(file, kept, { node }))
  }
  const aboveBare = (list: readonly number[]): number => median(list) - median(times.bare)
  const above = { least: aboveBare(times.least), ours: aboveBare(times.ours) }
  return {
    what,
    ours: `+${time(above.ours)}`,
    peer: '',
    aim: `${aim}; here these take +${time(above.least)}`,
    isReached: above.ours <= Math.max(20, (above.least * 20) / 22),
  }
}

/** This Node, if it is new enough, or the one of the runtimes' tests. */
function nodeWithCompileCache(): string | undefined {
  if (Number.parseInt(process.versions.node, 10) >= 22) return process.execPath
  return ['node-24', 'node-22'].map((name) => join('interop/runtimes/node_modules', name, 'bin/node')).find(existsSync)
}

function program(name: string, text: string, extension = 'mjs'): string {
  const file = join(folder, `${name}.${extension}`)
  writeFileSync(file, text)
  return file
}
