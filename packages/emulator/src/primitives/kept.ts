/**
 * What outlasts an emulator that is stopped: each part registers its content under a name, and receives what was kept
 * under that name before.
 */
export interface Kept {
  /** What was kept under a name, if anything. From now on `content`, which becomes JSON, is kept there. */
  part<T>(name: string, content: () => T): T | undefined
  /** Called whenever a part has changed. */
  changed(): void
}

export const nothingKept: Kept = { part: () => undefined, changed: () => undefined }

/** Keeps under the same names, but forgets what was kept there before. */
export function emptied(kept: Kept): Kept {
  return {
    part: (name, content) => {
      kept.part(name, content)
      return undefined
    },
    changed: kept.changed,
  }
}
