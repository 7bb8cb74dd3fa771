import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { builtin } from './builtin.ts'
import type { Program } from './program.ts'
import { windowsFolder } from './windows-folder.ts'

/** A program that runs, with its two outputs. */
export type Child = ChildProcess & { stdout: Readable; stderr: Readable }

/**
 * Starts a program in a process group of its own, without a shell, and without keeping this process alive for it.
 * (On Windows there are no such groups, and a batch file runs in the command interpreter.)
 */
export async function startChild(program: Program, signal: AbortSignal): Promise<Child> {
  signal.throwIfAborted()
  const processes = builtin('node:child_process')
  if (processes === undefined) {
    throw Object.assign(new Error('this runtime starts no programs'), { code: 'ENOSYS' })
  }
  const isWindows = globalThis.process.platform === 'win32'
  const { file, args, isVerbatim } = isWindows
    ? await (await import('./windows-command.ts')).windowsCommand(program)
    : { ...program, isVerbatim: false }
  signal.throwIfAborted()
  const child = processes.spawn(file, args, {
    cwd: program.cwd,
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !isWindows,
    windowsHide: true,
    windowsVerbatimArguments: isVerbatim,
  })
  for (const handle of [child, child.stdout, child.stderr]) (handle as { unref?(): void }).unref?.()
  return child
}

/** Kills a program with all that it started, as far as that has not left its process group. Never throws. */
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
