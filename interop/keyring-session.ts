import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../testing/environment.mjs'

/** A desktop's session without a desktop: a bus, and a keyring on it that is open or locked. */
export interface KeyringSession {
  env: NodeJS.ProcessEnv
  [Symbol.asyncDispose](): Promise<void>
}

/** The environment of somebody who has that home folder, and no session. */
export function noSession(home: string): NodeJS.ProcessEnv {
  const runtime = join(home, 'run')
  mkdirSync(runtime, { recursive: true, mode: 0o700 })
  const { DBUS_SESSION_BUS_ADDRESS, DISPLAY, ...env } = cleanEnvironment({ HOME: home, XDG_RUNTIME_DIR: runtime })
  return env
}

/** Starts a session in that home folder. Its keyring has an empty password, and is unlocked with it or not at all. */
export async function startKeyringSession(home: string, keyring: 'unlocked' | 'locked'): Promise<KeyringSession> {
  const env = noSession(home)
  const unlock = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1'
  const hold = 'echo "$DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null'
  const script = keyring === 'unlocked' ? `${unlock}; ${hold}` : hold
  const session = spawn('dbus-run-session', ['--', 'bash', '-c', script], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const [address] = await once(createInterface(session.stdout), 'line')
  return {
    env: { ...env, DBUS_SESSION_BUS_ADDRESS: address },
    async [Symbol.asyncDispose]() {
      session.stdin.end()
      await once(session, 'close')
    },
  }
}

/** What a program of `interop/keyring/` has to say. */
export interface Said {
  token?: string
  record?: string
  error?: { name: string; message: string }
  events?: string[]
}

/**
 * Runs a program with a task. It asks for a device code to be approved with a line that has one, says what came of the
 * task with its last line, and ends by itself: an unhandled rejection would end it with another code than 0.
 */
export async function runInSession(
  env: NodeJS.ProcessEnv,
  [command, ...args]: readonly [string, ...string[]],
  task: object,
  approve: (userCode: string) => void = () => undefined,
): Promise<Said> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += data
  })
  child.stdin.end(JSON.stringify(task))
  let said: Said | undefined
  for await (const line of createInterface(child.stdout)) {
    const { userCode, ...rest } = JSON.parse(line)
    if (userCode === undefined) said = rest
    else approve(userCode)
  }
  const [code] = await ended
  if (code !== 0 || said === undefined) throw new Error(`${args.join(' ')} ended with ${code}: ${errors}`)
  return said
}

/** A program of `interop/keyring/`, whose packages stand beside it. */
export function programOf(name: string): readonly [string, ...string[]] {
  const path = (file: string) => fileURLToPath(new URL(`keyring/${file}`, import.meta.url))
  return [process.execPath, '--import', path('register-packages.mjs'), path(name)]
}
