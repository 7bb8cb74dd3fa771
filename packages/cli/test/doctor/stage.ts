import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { makeCertificate } from '../../../entrada/test/certificates/make-certificate.ts'
import type { FindingCode } from '../../src/doctor/codes.ts'
import type { ExaminedWorld } from './examined.ts'

/** A set-up in which something is wrong, and what the doctor has to say of it. */
export interface Case {
  /** What somebody did. */
  name: string
  /** The page or thread that it was written down from. */
  source?: string
  /** The first error. */
  code: FindingCode
  /** A word that would be a wrong cause. */
  not: string
  prepare(stage: Stage): Prepared | Promise<Prepared>
}

/** What the command is run with. */
interface Prepared {
  /** Variables besides an empty home, an empty `PATH`, and a network without an instance metadata service. */
  env: Readonly<Record<string, string | undefined>>
  args?: readonly string[]
  world?: ExaminedWorld
}

/** What cases are made of. */
export interface Stage {
  emulator: Emulator
  /** An emulator whose authority nobody here trusts. */
  untrusted: Emulator
  /** A folder of this case alone, which is also its home. */
  folder: string
  /** The variables that sign the application in. */
  variables: Readonly<Record<string, string>>
}

/** Writes a file of this case. */
export async function file({ folder }: Stage, name: string, text: string | Uint8Array, mode = 0o600): Promise<string> {
  const path = join(folder, name)
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  await writeFile(path, text, { mode })
  await chmod(path, mode)
  return path
}

/** The variables without the secret, with a certificate that the application has, or that it has not. */
export async function withCertificate(
  stage: Stage,
  options: Parameters<typeof makeCertificate>[0] & { isRegistered?: boolean } = {},
): Promise<Record<string, string>> {
  const { isRegistered = true, ...rest } = options
  const made = makeCertificate(rest)
  if (isRegistered) stage.emulator.updateApp('app', { certificates: [made.certificate] })
  const { AZURE_CLIENT_SECRET: _, ...ids } = stage.variables
  return { ...ids, AZURE_CLIENT_CERTIFICATE_PATH: await file(stage, 'app.pem', made.pem) }
}

/** A folder for `PATH` with a tool that answers in this way. */
export async function tool(
  stage: Stage,
  name: string,
  {
    code = 0,
    output = '',
    errors = '',
    hangs = false,
  }: { code?: number; output?: string; errors?: string; hangs?: boolean },
): Promise<string> {
  const lines = [
    `#!${process.execPath}`,
    `process.stdout.write(${JSON.stringify(output)})`,
    `process.stderr.write(${JSON.stringify(errors)})`,
    `process.exitCode = ${code}`,
    hangs ? 'setInterval(() => undefined, 1e6)' : '',
    '',
  ]
  await file(stage, `tools/${name}`, lines.join('\n'), 0o755)
  return join(stage.folder, 'tools')
}

/** A pod’s variables, after which the app trusts what `change` makes of the pod’s credential. */
export async function pod(
  { emulator }: Stage,
  change: (trusted: { issuer: string; subject: string; audience: string }) => object = (trusted) => trusted,
): Promise<Record<string, string>> {
  const account = await emulator.kubernetes({ serviceAccount: 'api', namespace: 'shop', app: 'app' })
  const { issuer, subject } = account
  const credential = change({ issuer, subject, audience: 'api://AzureADTokenExchange' })
  emulator.updateApp('app', { secrets: [], federatedCredentials: [credential as never] })
  return { ...account.env, KUBERNETES_SERVICE_HOST: '10.0.0.1' }
}

/** A job of GitHub Actions, after which the app trusts what `change` makes of the job’s credential. */
export function job(
  { emulator }: Stage,
  change: (trusted: { issuer: string; subject: string; audience: string }) => object,
): Record<string, string> {
  const started = emulator.githubActions({ repository: 'contoso/shop', ref: 'refs/heads/master', app: 'app' })
  const { issuer, subject } = started
  const credential = change({ issuer, subject, audience: 'api://AzureADTokenExchange' })
  emulator.updateApp('app', { secrets: [], federatedCredentials: [credential as never] })
  return { ...started.env, AZURE_TOKEN_CREDENTIALS: 'GitHubActionsCredential' }
}

/** A proxy that answers CONNECT with this status; with 200 it leads to this port, whatever host was asked for. */
export async function proxy(status: number, port = 0): Promise<string> {
  const server = createServer()
  server.on('connect', (_: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined)
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(socket)
      socket.pipe(target)
    })
    target.on('error', () => socket.destroy())
    socket.on('close', () => target.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
