import { readConfigFile } from '../api/config-file.ts'
import type { EmulatorOptions } from '../api/options.ts'
import type { DirectoryDeclaration } from '../directory/declaration.ts'
import { readDirectoryFile } from '../directory/load.ts'
import { type PlainHost, plainHost, type RunCommand } from './arguments.ts'

/** The configuration from a command and the files that it names. */
export interface Configuration {
  options: EmulatorOptions
  managedIdentities: readonly PlainHost[]
  /** The file that the directory was declared in. */
  directoryFile?: string
  /** The files that it was read from. */
  files: readonly string[]
}

/** Reads the files that a command names; the command's own arguments take precedence. */
export async function readConfiguration(command: RunCommand): Promise<Configuration> {
  const { configFile } = command
  const config = configFile === undefined ? { options: {}, managedIdentities: [] } : await readConfigFile(configFile)
  const directory = command.directoryFile ?? config.options.directory
  const directoryFile = typeof directory === 'string' ? directory : directory && configFile
  const declared = typeof directory === 'string' ? await readDirectoryFile(directory) : directory
  return {
    options: { ...config.options, ...command.options, ...(declared ? { directory: declared } : {}) },
    managedIdentities: [
      ...config.managedIdentities.map((host) => plainHost(host, 'managedIdentities')),
      ...command.managedIdentities,
    ],
    ...(directoryFile === undefined ? {} : { directoryFile }),
    files: [...new Set([configFile, directoryFile])].filter((file) => file !== undefined),
  }
}

export interface Reload {
  command: RunCommand
  /** The configuration in use. */
  configuration: Configuration
  setDirectory(directory: DirectoryDeclaration): void
  say(text: string): void
}

/**
 * Reads the files again after a change, and reports the result: the new directory, or what is wrong with it, in which
 * case the previous one stays in use. Never rejects.
 */
export function createReload({ command, configuration, setDirectory, say }: Reload): () => Promise<void> {
  let inUse = describe(configuration)
  let said = ''
  const tell = (text: string): void => {
    // An editor may write in several steps, but the same message is shown only once.
    if (text !== said) say(text)
    said = text
  }
  return async () => {
    try {
      const next = await readConfiguration(command)
      const described = describe(next)
      if (described.directory === inUse.directory && described.rest === inUse.rest) {
        said = ''
        return
      }
      const { directory } = next.options
      if (described.directory !== inUse.directory && typeof directory === 'object') setDirectory(directory)
      const later = described.rest === inUse.rest ? '' : ' Everything but "directory" takes effect at the next start.'
      inUse = described
      said = ''
      say(`Read ${command.directoryFile ?? command.configFile} again.${later}\n`)
    } catch (error) {
      const message = error instanceof Error ? error.message.replace(/^Emulator directory: /, '') : String(error)
      tell(`${message} The previous configuration stays in use.\n`)
    }
  }
}

function describe({ options: { directory, ...options }, managedIdentities }: Configuration): {
  directory: string
  rest: string
} {
  return { directory: JSON.stringify(directory ?? null), rest: JSON.stringify([options, managedIdentities]) }
}
