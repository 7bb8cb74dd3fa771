import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { component, currentKubectl } from '../interop/components.ts'
import { givenAuthority } from '../interop/given-authority.ts'
import { startAuthority, variablesOf } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { createServerCertificate } from '../packages/emulator/src/pki/certificate-authority.ts'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'

const isHere = component(currentKubectl)
const aksServer = '6dae42f8-4368-4678-94ff-3960e28e3630'

let program: Program
beforeAll(async () => {
  if (isHere) program = await buildProgram()
})

test('kubectl signs in to a cluster by entrada, as the kubeconfig says', async () => {
  const emulator = await startAuthority()
  const cluster = await startCluster()
  const folder = await temporaryFolder()
  onTestFinished(folder.remove)
  const config = parse(await readFile(new URL('kubectl/kubeconfig.yaml', import.meta.url), 'utf8'))
  config.clusters[0].cluster = { server: cluster.url, 'certificate-authority-data': btoa(givenAuthority().certificate) }
  await writeFile(join(folder.path, 'config'), stringify(config))
  await mkdir(join(folder.path, 'bin'))
  const script = `#!/bin/sh\nexec '${process.execPath}' '${program.path}' "$@"\n`
  await writeFile(join(folder.path, 'bin/entrada'), script, { mode: 0o755 })

  const env = program.environment({
    ...variablesOf(emulator),
    KUBECONFIG: join(folder.path, 'config'),
    PATH: `${join(folder.path, 'bin')}:/usr/bin:/bin`,
  })
  const { stdout } = await promisify(execFile)(currentKubectl.present[0], ['get', '--raw', '/version'], { env })
  expect(JSON.parse(stdout)).toEqual({ gitVersion: 'v1.32.0' })
  expect(new Set(cluster.tokens.map((token) => decodeJwt(token).aud))).toEqual(new Set([aksServer]))
})

/** The API server of a cluster, as far as one question goes. */
async function startCluster(): Promise<{ url: string; tokens: string[] }> {
  const tokens: string[] = []
  const { certificate, privateKey } = await createServerCertificate(givenAuthority(), [])
  const server = createServer({ cert: certificate, key: privateKey }, ({ headers }, response) => {
    tokens.push(headers.authorization?.replace('Bearer ', '') ?? '')
    response.setHeader('content-type', 'application/json').end('{ "gitVersion": "v1.32.0" }')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.closeAllConnections())
  onTestFinished(() => void server.close())
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, tokens }
}
