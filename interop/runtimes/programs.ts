import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cleanEnvironment } from '../../testing/environment.mjs'
import type { Outcome } from './abilities/try-abilities.ts'
import { buildProgram } from './build-abilities.ts'
import type { Surroundings } from './given.ts'

/** Beside the workspace's packages, so that a program finds the library as its users do. */
const folder = fileURLToPath(new URL('.tmp/', import.meta.url))

/** How a runtime is told to run a program: its arguments, and whether it asks for anything. */
export type Command = readonly [program: string, ...args: string[]]

/** Writes a program next to the library, and gives its path. */
export async function writeProgram(name: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const path = `${folder}${name}`
  await writeFile(path, text)
  return path
}

/** Runs the abilities as a program, and those that are about proxies in a second one. Both have to end by themselves. */
export async function tryInProgram(command: Command, surroundings: Surroundings): Promise<Outcome[]> {
  const program = await writeProgram('abilities.mjs', await buildProgram())
  const proxy = `http://127.0.0.1:${surroundings.given.proxied.port}`
  const ENTRADA_GIVEN = JSON.stringify(surroundings.given)
  const run = async (env: Record<string, string>): Promise<Outcome[]> =>
    JSON.parse(await output([...command, program], { ...surroundings.env, ...env, ENTRADA_GIVEN }, surroundings.caPath))
  const direct = await run({})
  return [...direct, ...(await run({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '127.0.0.1' }))]
}

/** What a program that trusts the authority prints. Rejects with what it complains of where it ends badly, or not at all. */
export async function output(
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  caPath: string,
): Promise<string> {
  const trust = { NODE_EXTRA_CA_CERTS: caPath, DENO_CERT: caPath }
  const options = { env: cleanEnvironment({ ...env, ...trust }), timeout: 60_000, maxBuffer: 10 * 1024 * 1024 }
  return (await promisify(execFile)(program ?? '', args, options)).stdout
}
