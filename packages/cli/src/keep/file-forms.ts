/** What a file that holds a token looks like, for whoever reads it. */
export const fileForms = ['raw', 'pgpass', 'netrc', 'npmrc'] as const
export type FileForm = (typeof fileForms)[number]

/** Whom the token in the file is for: only there do the programs that read it send it. */
export interface Recipient {
  host?: string | undefined
  port?: string | undefined
  database?: string | undefined
  user?: string | undefined
  /** Address of an npm registry. */
  registry?: string | undefined
}

/**
 * Writes a token in a form. Throws a `TypeError` with the remedy where the form takes something that is not given, so that no
 * program is told to send the token to whoever asks.
 */
export function fileForm(form: FileForm, recipient: Recipient): (token: string) => string {
  switch (form) {
    case 'raw':
      // Without a line break: some readers of AZURE_FEDERATED_TOKEN_FILE take the file as it is.
      return (token) => token
    case 'pgpass':
      return pgpass(recipient)
    case 'netrc':
      return netrc(recipient)
    case 'npmrc':
      return npmrc(recipient)
  }
}

/** https://www.postgresql.org/docs/current/libpq-pgpass.html */
function pgpass({ host, port = '*', database = '*', user = '*' }: Recipient): (token: string) => string {
  const server = required('pgpass', '--host', host, 'the server that the password is for')
  const fields = [server, port, database, user].map((field) => oneField('pgpass', field).replace(/[\\:]/g, '\\$&'))
  return (token) => `${fields.join(':')}:${token.replace(/[\\:]/g, '\\$&')}\n`
}

/** https://everything.curl.dev/usingcurl/netrc */
function netrc({ host, user = 'token' }: Recipient): (token: string) => string {
  const machine = oneField('netrc', required('netrc', '--host', host, 'the machine that the password is for'))
  const login = oneField('netrc', user)
  return (token) => `machine ${machine}\nlogin ${login}\npassword ${token}\n`
}

/**
 * Azure Artifacts takes a token as the password, in base64, and any user
 * (https://learn.microsoft.com/azure/devops/artifacts/npm/npmrc).
 */
function npmrc({ registry, user = 'entrada' }: Recipient): (token: string) => string {
  const address = required('npmrc', '--registry', registry, 'the address of the registry')
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'https:') throw new TypeError(`keep: --registry must be an https address.`)
  const folder = `//${url.host}${url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`}`
  const login = oneField('npmrc', user)
  return (token) =>
    [
      `${folder}:username=${login}`,
      `${folder}:_password=${Buffer.from(token).toString('base64')}`,
      `${folder}:email=npm requires one and does not use it`,
      '',
    ].join('\n')
}

function required(form: FileForm, option: string, value: string | undefined, what: string): string {
  if (value !== undefined) return value
  throw new TypeError(`keep: -o ${form} needs ${option}, ${what}: without it the token would be sent to any that asks.`)
}

function oneField(form: FileForm, value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value
  throw new TypeError(
    `keep: ${JSON.stringify(value.slice(0, 60))} cannot stand in a ${form} file: it has blanks or other characters.`,
  )
}
