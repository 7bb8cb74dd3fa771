import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { builtin } from '../builtin.ts'
import type { Program } from './program.ts'
import { windowsFolder } from './windows-folder.ts'

/** A running program with its two outputs. */
export type Child = ChildProcess & { stdout: Readable; stderr: Readable }

/**
 * Runs the program that its arguments are, and kills the group that they share if the pipe on standard input closes
 * before the program has ended. The arguments are never read as shell text.
 */
const guard = `exec 3<&0 </dev/null
{ read -r _ <&3; kill -9 0; } >/dev/null 2>&1 &
exec 3<&-
"$@"
code=$?
kill "$!" 2>/dev/null
exit "$code"`

/**
 * Starts a program in a process group of its own, without a shell, and without keeping this process alive for it.
 * (On Windows there are no such groups, and a batch file runs in the command interpreter.)
 *
 * In a worker thread it starts below a guard: `worker.terminate()` runs no code of ours, but it closes the worker's pipes.
 */
export async function startChild(program: Program, signal: AbortSignal): Promise<Child> {
  signal.throwIfAborted()
  const processes = builtin('node:child_process')
  if (processes === undefined) {
    throw Object.assign(new Error('this runtime cannot start programs'), { code: 'ENOSYS' })
  }
  const isWindows = globalThis.process.platform === 'win32'
  const { file, args, isVerbatim } = isWindows
    ? await (await import('./windows-command.ts')).windowsCommand(program)
    : { ...program, isVerbatim: false }
  signal.throwIfAborted()
  const isGuarded = !isWindows && builtin('node:worker_threads')?.isMainThread === false
  const command = isGuarded ? ['/bin/sh', '-c', guard, 'entrada', file, ...args] : [file, ...args]
  const child = processes.spawn(command[0] as string, command.slice(1), {
    cwd: program.cwd,
    env: program.env,
    stdio: [isGuarded ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: !isWindows,
    windowsHide: true,
    windowsVerbatimArguments: isVerbatim,
  })
  for (const handle of [child, ...child.stdio]) (handle as { unref?(): void } | null)?.unref?.()
  return child as Child
}

/** Kills a program and everything it started, except what has left its process group. Never throws. */
export function endTree(child: Child, env: Program['env']): void {
  const { pid } = child
  if (pid === undefined) return
  try {
    if (globalThis.process.platform !== 'win32') return void globalThis.process.kill(-pid, 'SIGKILL')
    const folder = windowsFolder(env)
    if (folder === undefined) return void child.kill('SIGKILL')
    const args = ['/T', '/F', '/PID', String(pid)]
    const options = { stdio: 'ignore', windowsHide: true } as const
    builtin('node:child_process')?.spawnSync(`${folder}\\System32\\taskkill.exe`, args, options)
  } catch {}
}
