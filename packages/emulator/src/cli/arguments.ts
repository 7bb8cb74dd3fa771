import { parseArgs } from 'node:util'
import type { EmulatorOptions } from '../options.ts'

export const usage = `Usage: entrada-emulator [options]

Runs a local emulator of Microsoft Entra ID, for tests and offline work, until it is stopped.

  --port PORT              port of https (default: any that is free)
  --http-port PORT         port of http (default: any that is free)
  --directory FILE         tenants, apps and users, as JSON (default: one of each)
  --host NAME              another host name to answer to; may be repeated
  --public-cloud-issuer    issue tokens in the name of https://sts.windows.net/, which
                           software with a fixed list of issuers, such as Azurite, asks for
  --managed-identity HOST  a host with a managed identity: imds, app-service, service-fabric,
                           machine-learning, cloud-shell or aks; may be repeated
  --help                   print this
  --version                print the version
`

/** The hosts that need nothing but their name. */
const HOSTS = ['imds', 'app-service', 'service-fabric', 'machine-learning', 'cloud-shell', 'aks'] as const

type PlainHost = (typeof HOSTS)[number]

export type Command =
  | { name: 'help' }
  | { name: 'version' }
  | { name: 'run'; directoryFile?: string; options: EmulatorOptions; managedIdentities: readonly PlainHost[] }

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
      'managed-identity': { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  })
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  return {
    name: 'run',
    ...(values.directory === undefined ? {} : { directoryFile: values.directory }),
    managedIdentities: (values['managed-identity'] ?? []).map(plainHost),
    options: {
      port: port(values.port, '--port'),
      httpPort: port(values['http-port'], '--http-port'),
      hosts: values.host ?? [],
      issuer: values['public-cloud-issuer'] ? 'public-cloud' : 'local',
    },
  }
}

function plainHost(value: string): PlainHost {
  const known = HOSTS.find((host) => host === value)
  if (known) return known
  throw new Error(`--managed-identity ${JSON.stringify(value)} is not a host. Use one of ${HOSTS.join(', ')}.`)
}

function port(value: string | undefined, flag: string): number {
  if (value === undefined) return 0
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
  throw new Error(`${flag} ${JSON.stringify(value)} is not a port. Use 0 to 65535.`)
}
