import { builtin } from './builtin.ts'

/** What tells this process from others that share its files. */
export interface ThisProcess {
  /** The machine and the table of processes in which the id is one: a hash, without a dot. */
  machine: string
  pid: number
  /** Whether a process of this machine and table is there. */
  isAlive(pid: number): boolean
}

/**
 * This process. Containers may share a folder and have the same process ids, so the machine is told by its name, its
 * start, and the table of processes, as far as the system tells them.
 */
export async function thisProcess(): Promise<ThisProcess> {
  const parts = [
    builtin('node:os')?.hostname() ?? '',
    await said((files) => files.readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    await said((files) => files.readlink('/proc/self/ns/pid')),
  ]
  const machine = builtin('node:crypto')?.createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16) ?? ''
  return { machine, pid: globalThis.process?.pid ?? 0, isAlive }
}

async function said(ask: (files: typeof import('node:fs/promises')) => Promise<string>): Promise<string> {
  const files = builtin('node:fs/promises')
  return files === undefined ? '' : ask(files).catch(() => '')
}

function isAlive(pid: number): boolean {
  try {
    globalThis.process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process is there, and says EPERM.
    return (error as { code?: string }).code !== 'ESRCH'
  }
}
