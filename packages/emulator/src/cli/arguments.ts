import { parseArgs } from 'node:util'
import type { EmulatorOptions } from '../options.ts'

export const usage = `Usage: entrada-emulator [options]

Runs a local emulator of Microsoft Entra ID, for tests and offline work, until it is stopped.

  --port PORT              port of https (default: any that is free)
  --http-port PORT         port of http (default: any that is free)
  --directory FILE         tenants, apps and users, as JSON (default: one tenant, one app)
  --host NAME              another host name to answer to; may be repeated
  --public-cloud-issuer    issue tokens in the name of https://sts.windows.net/, which
                           software with a fixed list of issuers, such as Azurite, asks for
  --help                   print this
  --version                print the version
`

export type Command =
  | { name: 'help' }
  | { name: 'version' }
  | { name: 'run'; directoryFile?: string; options: EmulatorOptions }

/** Reads the command line, without the program's name. Throws an `Error` with one line to show. */
export function parseCommand(argv: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      'http-port': { type: 'string' },
      directory: { type: 'string' },
      host: { type: 'string', multiple: true },
      'public-cloud-issuer': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  })
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  return {
    name: 'run',
    ...(values.directory === undefined ? {} : { directoryFile: values.directory }),
    options: {
      port: port(values.port, '--port'),
      httpPort: port(values['http-port'], '--http-port'),
      hosts: values.host ?? [],
      issuer: values['public-cloud-issuer'] ? 'public-cloud' : 'local',
    },
  }
}

function port(value: string | undefined, flag: string): number {
  if (value === undefined) return 0
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
  throw new Error(`${flag} ${JSON.stringify(value)} is not a port. Use 0 to 65535.`)
}
