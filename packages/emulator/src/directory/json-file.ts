import { readFile } from 'node:fs/promises'
import { JsonFault, type JsonSource, type Place, readJson } from '../primitives/json-source.ts'
import { DeclarationFault } from './fields.ts'

/**
 * Resolves to what `check` makes of a JSON file's content. Rejects with an `Error` that names the file if it cannot be
 * read, and with a `TypeError` that names the line and column if it is not JSON or `check` throws a `DeclarationFault`.
 */
export async function readJsonFile<T>(path: string, check: (value: unknown) => T | Promise<T>): Promise<T> {
  const content = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code ?? cause.message
    throw new Error(`Emulator directory: the file "${path}" cannot be read (${reason}). Check its path.`, { cause })
  })
  const source = parsed(path, content.replace(/^\uFEFF/, ''))
  try {
    return await check(source.value)
  } catch (error) {
    if (!(error instanceof DeclarationFault)) throw error
    const { path: field, fault, remedy } = error
    throw new TypeError(`Emulator directory: ${at(path, source.placeOf(field))}: ${field} ${fault}. ${remedy}`)
  }
}

function parsed(path: string, content: string): JsonSource {
  try {
    return readJson(content)
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    throw new TypeError(`Emulator directory: ${at(path, error.place)} is not valid JSON: ${error.message}.`)
  }
}

/** A place in the form that editors and terminals understand. */
function at(path: string, { line, column }: Place): string {
  return `${path}:${line}:${column}`
}
