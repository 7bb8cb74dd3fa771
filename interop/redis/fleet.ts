import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Emulator } from '@entrada/emulator'
import { compileFromSource } from '../compile-from-source.ts'

/** A process that shares a store with others. */
interface Member {
  /** The token that it gets now. Rejects with what it was refused for, or if the process ends. */
  token(scope: string): Promise<string>
  /** Whether it has gone to the token service. */
  hasAsked(): boolean
  kill(): void
}

export interface Fleet extends AsyncDisposable {
  members: readonly Member[]
}

const workspace = fileURLToPath(new URL('..', import.meta.url))

/** Starts so many processes, each warm but for its first token. */
export async function startFleet(size: number, emulator: Emulator, store: Record<string, string>): Promise<Fleet> {
  // Inside the package, so that what it imports is found.
  const parent = join(workspace, '.tmp')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'fleet-'))
  const program = join(folder, 'member.mjs')
  await compileFromSource(new URL('fleet-member.mjs', import.meta.url), program)
  const env = {
    PATH: process.env.PATH,
    NODE_EXTRA_CA_CERTS: emulator.ca.path,
    TENANT: emulator.env().AZURE_TENANT_ID,
    CLIENT: emulator.env().AZURE_CLIENT_ID,
    SECRET: emulator.env().AZURE_CLIENT_SECRET,
    AUTHORITY: emulator.url,
    ...store,
  }
  const started = await Promise.all(Array.from({ length: size }, () => startMember(program, env)))
  return {
    members: started,
    async [Symbol.asyncDispose]() {
      for (const member of started) member.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function startMember(program: string, env: NodeJS.ProcessEnv): Promise<Member> {
  const child: ChildProcess = spawn(process.execPath, [program], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  let hasAsked = false
  let tell: (said: { token?: string; error?: string }) => void = () => undefined
  await new Promise<void>((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const said = JSON.parse(line) as 'ready' | 'asking' | { token: string }
      if (said === 'ready') resolve()
      else if (said === 'asking') hasAsked = true
      else tell(said)
    })
  })
  return {
    token: (scope) =>
      new Promise((resolve, reject) => {
        tell = ({ token, error }) => (token === undefined ? reject(new Error(error)) : resolve(token))
        child.once('exit', () => reject(new Error('the process has ended')))
        child.stdin?.write(`${scope}\n`)
      }),
    hasAsked: () => hasAsked,
    kill: () => void child.kill('SIGKILL'),
  }
}
