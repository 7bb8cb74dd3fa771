import { builtin } from '../builtin.ts'

/** Distinguishes this process from others that share its files. */
export interface ThisProcess {
  /** A hash of the machine and the process namespace in which the id is unique; it has no dot. */
  machine: string
  pid: number
  /** Whether a process of this machine and namespace exists. */
  isAlive(pid: number): boolean
}

/**
 * This process. Containers may share a folder and use the same process ids, so the machine is identified by its name, its
 * boot, and the process namespace, as far as the system reveals them.
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
    // EPERM means that the process exists and belongs to another user.
    return (error as { code?: string }).code !== 'ESRCH'
  }
}
