import { builtin } from '../runtime/builtin.ts'
import { fileSystem, makeFolders } from '../runtime/files/file-system.ts'
import type { Host } from '../runtime/host.ts'

/** Where it stands which files of projects were trusted, in the user's own folder: paths, with the hash of what was there. */
const trustFile = 'trusted.json'

/** Whether a project's file is the one that was trusted, byte by byte. */
export async function isTrusted(
  folder: string,
  path: string,
  bytes: Uint8Array,
  host: Pick<Host, 'files'>,
): Promise<'trusted' | 'not trusted' | 'changed since it was trusted'> {
  const { [path]: hash } = await readTrusted(folder, host)
  if (hash === undefined) return 'not trusted'
  return hash === hashOf(bytes) ? 'trusted' : 'changed since it was trusted'
}

/** Trusts a file as it stands, or no longer. */
export async function setTrusted(
  folder: string,
  path: string,
  bytes: Uint8Array | undefined,
  host: Pick<Host, 'files'>,
): Promise<void> {
  const { [path]: _, ...others } = await readTrusted(folder, host)
  const next = bytes === undefined ? others : { ...others, [path]: hashOf(bytes) }
  await writeWhole(folder, trustFile, `${JSON.stringify(next, null, 2)}\n`)
}

/** Replaces a file of the user's own folder in one step, for its owner alone. */
export async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  const { open, rename, rm } = fileSystem()
  const path = builtin('node:path')
  const random = builtin('node:crypto')?.randomBytes(8).toString('hex')
  await makeFolders(folder)
  const target = path?.join(folder, name) ?? `${folder}/${name}`
  const temporary = `${target}.${random}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await rename(temporary, target)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw error
  }
}

async function readTrusted(folder: string, { files }: Pick<Host, 'files'>): Promise<Record<string, string>> {
  const path = builtin('node:path')
  const bytes = await files.read(path?.join(folder, trustFile) ?? `${folder}/${trustFile}`).catch(() => undefined)
  if (bytes === undefined) return {}
  try {
    const held: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return Object.fromEntries(Object.entries(held as object).filter(([, hash]) => typeof hash === 'string'))
  } catch {
    // What cannot be read trusts nothing.
    return {}
  }
}

function hashOf(bytes: Uint8Array): string {
  const crypto = builtin('node:crypto')
  if (crypto === undefined) throw new Error('credentialFromConfig: this runtime has no hashes. Use credentialFrom.')
  return crypto.createHash('sha256').update(bytes).digest('hex')
}
