import type { Directory } from '../directory/directory.ts'
import type { Emulator } from '../emulator.ts'

export interface SummaryParts {
  emulator: Pick<Emulator, 'url' | 'httpUrl' | 'ca' | 'env'>
  directory: Directory
  issuer: 'local' | 'public-cloud'
  /** Hosts with managed identities. */
  hosts: readonly { host: string; env: Readonly<Record<string, string>> }[]
  /** Set when the directory was declared by the user, whose secrets are not repeated. */
  directoryFile?: string
}

/** What the program prints once it runs. */
export function summary({ emulator, directory, issuer, hosts, directoryFile }: SummaryParts): string {
  const rows: [string, string][] = [
    ['https', emulator.url],
    ['http', emulator.httpUrl],
    ['page', `${emulator.url}/  (in a browser)`],
    ['CA', emulator.ca.path],
    ['issuer', issuer === 'local' ? `${emulator.url}/{tenant}/` : 'https://sts.windows.net/{tenant}/  (as you asked)'],
    ...directory.tenants.map(({ id, name }): [string, string] => ['tenant', name === id ? id : `${id}  ${name}`]),
    ...directory.apps.map(({ clientId, name }): [string, string] => ['app', `${clientId}  ${name}`]),
  ]
  const table = rows.map(([name, value]) => `  ${name.padEnd(8)}${value}`).join('\n')
  return `Entra ID emulator. For tests only: whoever reaches it gets tokens.\n\n${table}\n${signIn(emulator, directory, directoryFile)}${user(directory, directoryFile)}${hosts.map(asHost).join('')}\nCtrl+C stops it.\n`
}

function signIn(emulator: SummaryParts['emulator'], directory: Directory, directoryFile: string | undefined): string {
  const [app] = directory.apps
  if (app === undefined) return ''
  const lines = Object.entries(emulator.env()).map(([name, value]) =>
    name === 'AZURE_CLIENT_SECRET' && directoryFile !== undefined
      ? `# ${name}: as declared in ${directoryFile}`
      : `export ${name}=${quoted(value)}`,
  )
  const once = directoryFile === undefined ? '; its secret is shown this once' : ''
  return `\nTo sign in as "${app.name}"${once}:\n\n${lines.map((line) => `  ${line}`).join('\n')}\n`
}

/** The one that nobody declared; a declared password is not repeated. */
function user({ users }: Directory, directoryFile: string | undefined): string {
  const [first] = users
  if (first === undefined || directoryFile !== undefined) return ''
  return `\nTo sign in with a browser: ${first.username}, password ${first.password}\n`
}

function asHost({ host, env }: SummaryParts['hosts'][number]): string {
  const lines = Object.entries(env).map(([name, value]) => `  export ${name}=${quoted(value)}\n`)
  return `\nTo have the managed identity of ${host}:\n\n${lines.join('')}`
}

/** As one word of a POSIX shell. */
function quoted(value: string): string {
  return /^[\w./:@%+=~-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}
