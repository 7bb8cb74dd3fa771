import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasFolder } from './config-file.ts'
import type { Change } from './tool.ts'

/** Makes the folder of a file that `entrada keep` is to keep: only its user may look into it. */
export async function folderMade(file: string): Promise<Change[]> {
  const folder = dirname(file)
  if (await hasFolder(folder)) return []
  const apply = async (): Promise<void> => void (await mkdir(folder, { recursive: true, mode: 0o700 }))
  return [{ where: folder, diff: ['+(a folder for the token)'], apply }]
}
