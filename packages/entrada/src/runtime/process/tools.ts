import { type LookAtFile, lookHere } from '../files/look.ts'
import type { Host } from '../host.ts'
import { ownUserId } from '../own-user-id.ts'
import { isProcess } from '../which-runtime.ts'
import { filesOfUsers, hasOtherMembers } from './group-members.ts'
import type { RunProgram } from './program.ts'

/** What is needed of a machine to start programs on it. */
export interface ToolHost {
  /** `win32`, `linux`, `darwin`... */
  platform: string
  /** Id of the user that this process runs as, on systems that have such ids. */
  uid: number | undefined
  /** Whether anybody but root and this user is in a group, as far as this machine's files tell. */
  hasOtherMembers(gid: number): boolean
  run: RunProgram
  look: LookAtFile
  /** Whether programs can be started at all. */
  startsPrograms: boolean
  /** Flags that are missing for finding and starting programs; where this is not given, those of `flagsForTools`. */
  missingFlags?: ((command?: string) => readonly string[]) | undefined
}

/** This machine, with the parts that the host replaces. */
export function toolHostOf(host: Host): ToolHost {
  const run: RunProgram = async (program, signal) => (await import('./run-program.ts')).runProgram(program, signal)
  return {
    platform: host.platform ?? globalThis.process?.platform ?? 'unknown',
    uid: ownUserId(),
    hasOtherMembers: (gid) => hasOtherMembers(gid, filesOfUsers()),
    run: host.run ?? run,
    look: host.look ?? lookHere,
    startsPrograms: host.run !== undefined || isProcess(),
    missingFlags: host.run === undefined ? undefined : () => [],
  }
}
