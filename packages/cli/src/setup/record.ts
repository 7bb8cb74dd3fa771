import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from 'entrada/config'
import type { World } from '../framework/world.ts'
import { ownFolder } from '../profile/own-config.ts'
import { refused } from './config-file.ts'
import type { SetupRecord } from './tool.ts'

/** Beside the user's own configuration: what was set up, and what has to be known to take it back. */
const recordFile = 'setup.json'

type Place = Pick<World, 'env' | 'platform'>

/** Reads what was set up, the latest last; nothing where nothing was. */
export async function readRecords(place: Place): Promise<readonly SetupRecord[]> {
  const path = join(ownFolder(place), recordFile)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw refused(path, `cannot be read (${error.code})`)
  })
  if (text === undefined) return []
  try {
    const { records } = JSON.parse(text) as { records?: unknown }
    if (Array.isArray(records) && records.every(isRecord)) return records
  } catch {
    // Said below.
  }
  throw refused(path, 'does not have the form that entrada writes', 'Remove it, and take back by hand what was set up.')
}

/**
 * Adds a record. A tool says what was there before only where that was not its own doing, so what an earlier record of the
 * same thing says of it still holds.
 */
export async function addRecord(place: Place, record: SetupRecord): Promise<void> {
  const records = await readRecords(place)
  const former = records.find((one) => isSame(one, record))
  const others = records.filter((one) => !isSame(one, record))
  await write(place, [...others, { ...record, data: { ...former?.data, ...record.data } }])
}

export async function removeRecord(place: Place, record: SetupRecord): Promise<void> {
  await write(
    place,
    (await readRecords(place)).filter((one) => !isSame(one, record)),
  )
}

async function write(place: Place, records: readonly SetupRecord[]): Promise<void> {
  await writeWhole(ownFolder(place), recordFile, `${JSON.stringify({ records }, null, 2)}\n`)
}

function isSame(one: SetupRecord, other: SetupRecord): boolean {
  return one.tool === other.tool && one.what === other.what
}

function isRecord(value: unknown): value is SetupRecord {
  const { tool, what, data } = Object(value) as Partial<SetupRecord>
  if (typeof tool !== 'string' || typeof what !== 'string' || typeof data !== 'object' || data === null) return false
  return Object.values(data).every(
    (one: unknown) =>
      typeof one === 'string' ||
      typeof one === 'boolean' ||
      (Array.isArray(one) && one.every((each) => typeof each === 'string')),
  )
}
