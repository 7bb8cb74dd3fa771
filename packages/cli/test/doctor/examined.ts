import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { run } from '../../src/run.ts'

/** What a run of `entrada doctor` has left. */
export interface Examined {
  code: number
  /** Standard output and standard error. */
  text: string
  errors: string
}

/** The outside world of a run, where it is not a plain one. */
export interface ExaminedWorld {
  cwd?: string
  now?: () => number
  platform?: string
  input?: string
  columns?: number
}

/** Runs the command in this process, in an environment of these variables alone. */
export async function runDoctor(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { cwd = '/', now = Date.now, platform = 'linux', input = '', columns }: ExaminedWorld = {},
): Promise<Examined> {
  const written = { text: '', errors: '' }
  const terminal = columns === undefined ? {} : { isTTY: true, columns }
  const code = await run(['doctor', ...args], {
    env,
    cwd,
    platform,
    now,
    stdin: Object.assign(Readable.from([input]), { isTTY: false }),
    stdout: { ...terminal, write: (text) => (written.text += text) },
    stderr: { write: (text) => (written.errors += text) },
    signal: new AbortController().signal,
    onSignal: () => () => undefined,
  })
  return { code, ...written }
}

/** A place without an instance metadata service, where the network says so at once; link-local addresses are the cloud’s. */
export async function nowhere(): Promise<{ url: string; close(): void }> {
  const server = createServer((_, response) => response.writeHead(403).end('Network is unreachable'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}
