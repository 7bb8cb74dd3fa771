import { dirname, resolve } from 'node:path'
import type { DirectoryDeclaration } from '../directory/declaration.ts'
import { DeclarationFault, fail, flag, list, object, oneOf, optional, text } from '../directory/fields.ts'
import { readJsonFile } from '../directory/json-file.ts'
import { parseDirectory } from '../directory/parse.ts'
import { type EmulatorOptions, InvalidOption, resolveOptions } from './options.ts'

/** The content of a configuration file: options, and the hosts with managed identities. */
export interface Config {
  options: EmulatorOptions
  managedIdentities: readonly string[]
}

type Read = (value: unknown, path: string) => unknown

const number: Read = (value, path) => {
  return typeof value === 'number' ? value : fail(path, 'is not a number', 'Write it without quotes.')
}
const texts: Read = (value, path) => list(value, path, text)

/** The options that a file can have, and how each is read. */
const readers = {
  ...{ port: number, httpPort: number, hostname: text, allowNonLoopback: flag, hosts: texts, state: text, ca: text },
  ...{ issuer: oneOf('local', 'public-cloud'), replayedAssertions: oneOf('refuse', 'accept'), region: text },
  ...{ tokenLifetimeSeconds: number, refreshInSeconds: number },
} as const satisfies { [Name in keyof EmulatorOptions]?: Read }

/**
 * Reads a JSON file with `directory`, declared there or the path of another file, `managedIdentities` and options of
 * `startEmulator`. Paths are relative to the file. Rejects with an `Error` that names the file, line and column.
 */
export function readConfigFile(path: string): Promise<Config> {
  return readJsonFile(path, (value) => {
    const fields = object(value, 'config', ['directory', 'managedIdentities', ...Object.keys(readers)])
    const options: Record<string, unknown> = Object.fromEntries(
      Object.entries(readers).flatMap(([name, read]) => {
        const given = optional<unknown>(fields[name], name, read)
        return given === undefined ? [] : [[name, given]]
      }),
    )
    for (const name of ['state', 'ca']) if (name in options) options[name] = beside(path, String(options[name]))
    checked(options)
    const { directory } = fields
    if (typeof directory === 'string') options.directory = beside(path, directory)
    else if (directory !== undefined) options.directory = declared(directory)
    return { options, managedIdentities: list(fields.managedIdentities, 'managedIdentities', text) }
  })
}

function beside(path: string, other: string): string {
  return resolve(dirname(path), other)
}

function checked(options: EmulatorOptions): void {
  try {
    resolveOptions(options)
  } catch (error) {
    if (error instanceof InvalidOption) fail(error.option, error.fault, error.remedy)
    throw error
  }
}

/** A declaration whose faults are reported with their path in the file. */
function declared(directory: unknown): DirectoryDeclaration {
  try {
    parseDirectory(directory)
    return directory as DirectoryDeclaration
  } catch (error) {
    if (!(error instanceof DeclarationFault)) throw error
    return fail(error.path === 'directory' ? error.path : `directory.${error.path}`, error.fault, error.remedy)
  }
}
