import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kept, nothingKept } from '../primitives/kept.ts'
import { lockFolder } from './folder-lock.ts'

/** The state that outlasts an emulator. */
export interface State extends Kept {
  /** Resolves when all changes so far are on disk. */
  written(): Promise<void>
  /** The same, and lets another emulator have the folder. */
  close(): Promise<void>
}

export const noState: State = { ...nothingKept, written: async () => undefined, close: async () => undefined }

type Parts = Readonly<Record<string, unknown>>

const version = 1

/**
 * Opens a folder with an emulator's state, or creates it: one file of mode 0600, because it contains keys and secrets,
 * which is always replaced as a whole. Rejects with an `Error` if it cannot be read, is something else, or is another
 * emulator's for now.
 */
export async function openStateFolder(folder: string): Promise<State> {
  const path = join(folder, 'state.json')
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(
      `startEmulator: the state folder "${folder}" cannot be created (${cause.code}). Name one that can be written.`,
      { cause },
    )
  })
  const unlock = await lockFolder(folder)
  const before = await readParts(path).catch(async (error: unknown) => {
    await unlock()
    throw error
  })
  const contents = new Map<string, () => unknown>()
  let dirty = false
  let writing: Promise<void> | undefined
  let complained = false

  const write = async (): Promise<void> => {
    // This must precede the first `await`: whatever changes from here on belongs to the next write.
    dirty = false
    const now = Object.fromEntries([...contents].map(([name, content]) => [name, content()]))
    try {
      await writeFile(`${path}.new`, JSON.stringify({ version, parts: { ...before, ...now } }), { mode: 0o600 })
      await rename(`${path}.new`, path)
    } catch (error) {
      // It is better to go on without keeping anything than to stop, as long as there is a warning.
      const { code } = error as NodeJS.ErrnoException
      if (!complained) process.emitWarning(`The emulator's state cannot be kept in "${path}" (${code}).`)
      complained = true
    }
  }
  const written = async (): Promise<void> => {
    // The current write may have begun before the last change.
    await writing
    if (dirty && writing === undefined) {
      writing = write().finally(() => {
        writing = undefined
      })
    }
    await writing
  }
  return {
    part: <T>(name: string, content: () => T) => {
      contents.set(name, content)
      return before[name] as T | undefined
    },
    changed: () => {
      // Changes that no request caused are written soon, too.
      if (!dirty) setImmediate(written)
      dirty = true
    },
    written,
    close: async () => {
      await written()
      await unlock()
    },
  }
}

async function readParts(path: string): Promise<Parts> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new Error(`startEmulator: the state file "${path}" cannot be read (${cause.code}). Check its owner.`, {
      cause,
    })
  })
  if (text === undefined) return {}
  const state = parsed(text)
  if (state?.version === version && typeof state.parts === 'object' && state.parts !== null) return state.parts as Parts
  throw new Error(
    `startEmulator: the file "${path}" is not the state of this version of the emulator. Remove it, or name another folder.`,
  )
}

function parsed(text: string): { version?: unknown; parts?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
