import { parseArgs } from 'node:util'
import type { EmulatorOptions } from '../api/options.ts'
import { type VariablesFormat, variablesFormats } from '../primitives/variables.ts'

export const usage = `Usage: entrada-emulator [options]

Runs a local emulator of Microsoft Entra ID, for tests and offline work, until it is stopped.

  --port PORT              port of https (default: a free one)
  --http-port PORT         port of http (default: a free one)
  --bind ADDRESS           address to listen on (default: 127.0.0.1); also --hostname
  --allow-non-loopback     let --bind open it to other machines, each of which gets tokens then
  --state FOLDER           keep what outlasts a restart there: authority, keys, ports, secrets,
                           users, consents and codes
  --ca FILE                the authority of its certificate: certificate and private key as PEM;
                           made if it is not there
  --host NAME              another name or address to answer to, which its certificate
                           has too; may be repeated
  --directory FILE         tenants, apps and users, as JSON (default: one of each); read again
                           whenever it changes
  --config FILE            the same as "directory" in JSON, beside "managedIdentities", "port",
                           "hosts" and other options; what is given here as well takes precedence
  --public-cloud-issuer    issue tokens as https://sts.windows.net/, which
                           software with a fixed list of issuers, such as Azurite, expects
  --managed-identity HOST  a host with a managed identity: imds, app-service, service-fabric,
                           machine-learning, cloud-shell or aks; may be repeated
  --certificate-for NAME   write a certificate for another server into FOLDER/certificates of --state:
                           NAME.pem, NAME.key and the authority's ca.pem; may be repeated
  --with azurite           start Azurite, the emulator of Azure Storage, beside it: over https, for
                           its tokens (npm install --save-dev azurite); --state keeps its data, too
  --export FORMAT          print nothing but the variables of the environment, secrets included, on
                           standard output: env (for a shell), dotenv, json, powershell, csharp or
                           python
  --quiet                  do not print a line for each request
  --help                   print this
  --version                print the version
`

/** The hosts that can be started by name alone. */
const plainHosts = ['imds', 'app-service', 'service-fabric', 'machine-learning', 'cloud-shell', 'aks'] as const

export type PlainHost = (typeof plainHosts)[number]

export interface RunCommand {
  name: 'run'
  configFile?: string
  directoryFile?: string
  options: EmulatorOptions
  managedIdentities: readonly PlainHost[]
  /** The servers that get a certificate from the same authority. */
  certificatesFor: readonly string[]
  /** The format of the variables, which are then all that is written to standard output. */
  exportFormat?: VariablesFormat
  /** What is started alongside the emulator. */
  companion?: 'azurite'
  /** Whether requests are not logged. */
  quiet: boolean
}

export type Command = { name: 'help' } | { name: 'version' } | RunCommand

/** Reads the command line, without the program's name. Throws an `Error` with one line to show. */
export function parseCommand(argv: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      'http-port': { type: 'string' },
      bind: { type: 'string' },
      hostname: { type: 'string' },
      'allow-non-loopback': { type: 'boolean' },
      directory: { type: 'string' },
      config: { type: 'string' },
      host: { type: 'string', multiple: true },
      'public-cloud-issuer': { type: 'boolean' },
      'managed-identity': { type: 'string', multiple: true },
      state: { type: 'string' },
      ca: { type: 'string' },
      with: { type: 'string' },
      'certificate-for': { type: 'string', multiple: true },
      export: { type: 'string' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  })
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  return {
    name: 'run',
    ...set({
      configFile: values.config,
      directoryFile: values.directory,
      companion: values.with === undefined ? undefined : oneOf(['azurite'], values.with, '--with', 'known'),
      exportFormat:
        values.export === undefined ? undefined : oneOf(variablesFormats, values.export, '--export', 'a format'),
    }),
    quiet: values.quiet ?? false,
    certificatesFor: values['certificate-for'] ?? [],
    managedIdentities: (values['managed-identity'] ?? []).map((host) => plainHost(host, '--managed-identity')),
    options: set({
      port: port(values.port, '--port'),
      httpPort: port(values['http-port'], '--http-port'),
      hostname: values.bind ?? values.hostname,
      allowNonLoopback: values['allow-non-loopback'],
      hosts: values.host,
      issuer: values['public-cloud-issuer'] ? ('public-cloud' as const) : undefined,
      state: values.state,
      ca: values.ca,
    }),
  }
}

/** A host with a managed identity that can be started by its name alone; `place` is where it was named. */
export function plainHost(value: string, place: string): PlainHost {
  return oneOf(plainHosts, value, place, 'a host')
}

function oneOf<T extends string>(known: readonly T[], value: string, flag: string, kind: string): T {
  const found = known.find((each) => each === value)
  if (found !== undefined) return found
  throw new Error(`${flag} ${JSON.stringify(value)} is not ${kind}. Use one of ${known.join(', ')}.`)
}

/** The fields that are set. */
function set<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

function port(value: string | undefined, flag: string): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
  throw new Error(`${flag} ${JSON.stringify(value)} is not a port. Use 0 to 65535.`)
}
