import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { cleanEnvironment } from '../../testing/environment.mjs'
import type { Outcome } from './abilities/try-abilities.ts'
import { buildServer } from './build-abilities.ts'
import type { Surroundings } from './given.ts'

/** Since August 2026 scripts have Node's API unless they decline it. */
const dates = { nodejs_compat: '2026-11-01', 'without nodejs_compat': '2026-01-01' }

/** Runs the abilities as a script of workerd. What files it is to read are part of the script: it has no others. */
export async function tryInWorkerd(
  workerd: string,
  api: keyof typeof dates,
  { given, caPath, env }: Surroundings,
): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-workerd-'))
  const { workload = {} } = given.envs
  const token = await readFile(workload.AZURE_FEDERATED_TOKEN_FILE ?? '')
  const files = {
    'abilities.js': await buildServer(),
    'authority.pem': await readFile(caPath),
    token,
    'app.pem': given.certificate.pem,
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  await writeFile(join(folder, 'config.capnp'), configuration(dates[api], env))
  const running = spawn(workerd, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: folder,
    env: cleanEnvironment(),
    // Each connection that fails is a page of its log.
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  try {
    const [line] = await once(createInterface(running.stdio[3] as Readable), 'line')
    const { port } = JSON.parse(line) as { port: number }
    const body = JSON.stringify({
      ...given,
      files: { pem: '/bundle/app.pem', folder: '/tmp' },
      envs: { ...given.envs, workload: { ...workload, AZURE_FEDERATED_TOKEN_FILE: '/bundle/token' } },
    })
    const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`workerd answered ${answer.status}: ${text}`)
    return JSON.parse(text) as Outcome[]
  } finally {
    running.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** In Cap'n Proto's text form, whose strings are written as those of JSON. */
function configuration(date: string, env: Readonly<Record<string, string>>): string {
  const variables = Object.entries(env).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`)
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "abilities",
      worker = (
        modules = [
          (name = "abilities.js", esModule = embed "abilities.js"),
          (name = "app.pem", text = embed "app.pem"),
          (name = "token", text = embed "token"),
        ],
        compatibilityDate = "${date}",
        bindings = [${variables.join(', ')}],
      ) ),
    ( name = "internet",
      network = (
        allow = ["public", "private"],
        tlsOptions = (trustedCertificates = [embed "authority.pem"]),
      ) ),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "abilities")],
);
`
}
