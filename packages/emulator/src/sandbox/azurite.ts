import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { ServerCertificate } from '../pki/certificate-authority.ts'
import { createPrivateFile } from '../primitives/private-file.ts'

/** How Azurite is started. */
export interface AzuriteOptions {
  /** Ports of its services. Default 0: free ones. */
  blobPort?: number
  /** Port of the queue service. Default 0: a free one. */
  queuePort?: number
  /** Port of the table service. Default 0: a free one. */
  tablePort?: number
  /** A folder for the stored data. Default: it is kept in memory. */
  location?: string
}

/** Azure Storage's own emulator. */
export interface Azurite {
  /** The endpoints of its account. */
  endpoints: Endpoints
  /** Resolves with its exit code when it has ended by itself. */
  ended: Promise<number | null>
  close(): Promise<void>
}

/** The endpoints of a storage account, without a trailing slash. */
export interface Endpoints {
  /** Of the blob service. */
  readonly blob: string
  /** Of the queue service. */
  readonly queue: string
  /** Of the table service. */
  readonly table: string
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const account = 'devstoreaccount1'
const listening = /(Blob|Queue|Table) service (?:is successfully listening at|successfully listens on) https:\S+:(\d+)/
// Standard input is a pipe that we never write to: it ends when this process does, killed or not, and then Azurite
// exits too.
const endWithParent = 'data:text/javascript,process.stdin.on("end",()=>process.exit()).resume().unref()'
// Storage clients send the newest API version, which the installed Azurite may not support yet.
const always = ['--oauth', 'basic', '--skipApiVersionCheck', '--silent', '--disableTelemetry']
/** All the environment variables that Azurite needs; none that may contain a secret or somebody's storage account. */
const inherited = ['PATH', 'HOME', 'USERPROFILE', 'TMPDIR', 'TEMP', 'TMP', 'SYSTEMROOT', 'LANG']
const patienceMs = 5000

/**
 * Starts Azurite with its blob, queue and table services. It speaks https, because storage clients send tokens over
 * nothing else, and checks tokens as Azure Storage does, except for their signature. Rejects with an `Error` if it is
 * not installed, or with its output if it does not start.
 */
export async function startAzurite(
  server: ServerCertificate,
  hostname: string,
  options: AzuriteOptions = {},
): Promise<Azurite> {
  const program = findProgram()
  const key = await createPrivateFile('server.key', server.privateKey)
  const folder = dirname(key.path)
  const certificate = join(folder, 'server.pem')
  await writeFile(certificate, server.certificate)
  if (options.location !== undefined) await mkdir(options.location, { recursive: true, mode: 0o700 })

  const { blobPort = 0, queuePort = 0, tablePort = 0, location } = options
  const child = spawn(
    process.execPath,
    [
      ...['--import', endWithParent, program, ...always, '--cert', certificate, '--key', key.path],
      ...['--blobHost', hostname, '--blobPort', `${blobPort}`, '--queueHost', hostname, '--queuePort', `${queuePort}`],
      ...['--tableHost', hostname, '--tablePort', `${tablePort}`],
      ...(location === undefined ? ['--inMemoryPersistence'] : ['--location', resolve(location)]),
    ],
    { cwd: folder, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] },
  )
  // A server that listens on every address is reached through loopback.
  const reached = ['0.0.0.0', '::'].includes(hostname) ? '127.0.0.1' : hostname
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= end(child, ended, location === undefined).then(key.remove)
    return closing
  }
  try {
    return { endpoints: await endpointsOf(child, reached), ended, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Data in memory is lost anyway; data in a folder is written first. */
async function end(child: Child, ended: Promise<unknown>, atOnce: boolean): Promise<void> {
  child.kill(atOnce ? 'SIGKILL' : 'SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await ended
  clearTimeout(timer)
}

/**
 * Finds the Azurite of the project in the current folder, or else the one installed with the running program, such as
 * with npx.
 */
function findProgram(): string {
  const places = [join(process.cwd(), 'package.json'), process.argv[1]]
  for (const place of places) {
    if (place === undefined) continue
    try {
      return createRequire(place).resolve('azurite/dist/src/azurite.js')
    } catch {
      // It is not there.
    }
  }
  throw new Error('startSandbox: azurite is not installed. npm install --save-dev azurite')
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => inherited.includes(name.toUpperCase())))
}

async function endpointsOf({ stdout, stderr }: Child, hostname: string): Promise<Endpoints> {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname
  const said: string[] = []
  const found: Record<string, string> = {}
  stderr.on('data', (chunk) => said.push(String(chunk)))
  for await (const line of createInterface(stdout)) {
    said.push(line)
    const [, service, port] = listening.exec(line) ?? []
    if (service === undefined) continue
    found[service.toLowerCase()] = `https://${host}:${port}/${account}`
    const { blob, queue, table } = found
    if (blob === undefined || queue === undefined || table === undefined) continue
    stdout.resume()
    return { blob, queue, table }
  }
  throw new Error(
    `startSandbox: Azurite did not start. Its output: ${said.join(' ').replace(/\s+/g, ' ').trim().slice(-500)}`,
  )
}
