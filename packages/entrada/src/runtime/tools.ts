import type { Host } from './host.ts'
import { type LookAtFile, lookHere } from './look.ts'
import type { RunProgram } from './program.ts'

/** What a machine offers to those who start programs. */
export interface ToolHost {
  /** `win32`, `linux`, `darwin`... */
  platform: string
  /** Id of the user that this process runs as, where there are such ids. */
  uid: number | undefined
  run: RunProgram
  look: LookAtFile
}

/** This machine, with the parts that the host replaces. */
export function toolHostOf(host: Host): ToolHost {
  let runner: Promise<RunProgram> | undefined
  const run: RunProgram = async (program, signal) => {
    runner ??= import('./run-program.ts').then(({ createRunner }) => createRunner())
    return (await runner)(program, signal)
  }
  return {
    platform: host.platform ?? globalThis.process?.platform ?? 'unknown',
    uid: globalThis.process?.getuid?.(),
    run: host.run ?? run,
    look: host.look ?? lookHere,
  }
}
