import type { Emulator } from '../api/emulator.ts'
import type { Directory } from '../directory/directory.ts'
import { writeVariables } from '../primitives/variables.ts'
import type { Endpoints } from '../sandbox/sandbox.ts'

export interface SummaryParts {
  emulator: Pick<Emulator, 'url' | 'httpUrl' | 'ca'>
  directory: Directory
  issuer: 'local' | 'public-cloud'
  /** The endpoints of Azurite, if it runs alongside the emulator. */
  storage?: Endpoints
  /** The address that it listens on, if one was given. */
  hostname?: string
  /** The variables with which a program signs in as the first app; empty if there is none. */
  variables: Readonly<Record<string, string>>
  /** Hosts with managed identities. */
  hosts: readonly { host: string; env: Readonly<Record<string, string>> }[]
  /** Set if the user declared the directory, whose secrets are then not repeated. */
  directoryFile?: string
  /** Whether its secrets are the same after a restart. */
  kept: boolean
  /** Whether the variables have been printed for a program to read. */
  exported: boolean
}

/** What the program prints once it runs. */
export function summary(parts: SummaryParts): string {
  const { emulator, directory, storage } = parts
  const rows: [string, string][] = [
    ['https', emulator.url],
    ['http', emulator.httpUrl],
    // By http: a browser would warn of the certificate, which is the emulator's own.
    ['page', `${emulator.httpUrl}/  (in a browser)`],
    ['CA', emulator.ca.path],
    ['CAs', `${emulator.ca.bundlePath}  (with those of this machine)`],
    ['issuer', issuer(parts)],
    ...Object.entries(storage ?? {}),
    ...directory.tenants.map(({ id, name }): [string, string] => ['tenant', name === id ? id : `${id}  ${name}`]),
    ...directory.apps.map(({ clientId, name }): [string, string] => ['app', `${clientId}  ${name}`]),
  ]
  const table = rows.map(([name, value]) => `  ${name.padEnd(8)}${value}`).join('\n')
  const blocks = [warning(parts), table, signIn(parts), user(parts), ...identities(parts), 'Ctrl+C stops it.']
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function issuer({ emulator, issuer: asked, storage }: SummaryParts): string {
  if (asked === 'local' && storage === undefined) return `${emulator.url}/{tenant}/`
  return `https://sts.windows.net/{tenant}/  (${storage === undefined ? 'as you asked' : 'which Azurite expects'})`
}

function warning({ hostname }: SummaryParts): string {
  const first = 'Entra ID emulator. For tests only: whoever can reach it gets tokens.'
  if (hostname === undefined || /^(localhost|127\.|::1$)/.test(hostname)) return first
  return `${first}\nIt listens on ${hostname}: every machine that reaches this one does, as --allow-non-loopback says.`
}

function signIn({ directory, variables, directoryFile, kept, exported }: SummaryParts): string {
  const [app] = directory.apps
  if (app === undefined || exported) return ''
  const { AZURE_CLIENT_SECRET: secret, ...open } = variables
  const text =
    directoryFile === undefined || secret === undefined
      ? writeVariables('env', variables)
      : `${writeVariables('env', open)}# AZURE_CLIENT_SECRET: as declared in ${directoryFile}\n`
  const once = directoryFile === undefined && !kept ? '; its secret is shown only this once' : ''
  return `To sign in as "${app.name}"${once}:\n\n${indented(text)}`
}

/** The default user; a declared password is not repeated. */
function user({ directory: { users }, directoryFile }: SummaryParts): string {
  const [first] = users
  if (first === undefined || directoryFile !== undefined) return ''
  return `To sign in with a browser: ${first.username}, password ${first.password}`
}

function identities({ hosts, exported }: SummaryParts): string[] {
  if (exported) return hosts.map(({ host }) => `The managed identity of ${host} runs.`)
  return hosts.map(
    ({ host, env }) => `To use the managed identity of ${host}:\n\n${indented(writeVariables('env', env))}`,
  )
}

function indented(text: string): string {
  return text.trimEnd().replace(/^/gm, '  ')
}
