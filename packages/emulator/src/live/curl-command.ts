import type { ReceivedRequest } from '../http/received-request.ts'

/** The headers that decide what a request gets. All others are curl's own, or the client's alone. */
const shownHeaders = ['metadata', 'origin', 'content-type', 'x-ms-version']

/** What stands for a header that proves something, and the words before it. */
const secretHeaders: Readonly<Record<string, string>> = {
  'x-identity-header': 'IDENTITY_HEADER',
  'x-ms-identity': 'IDENTITY_HEADER',
  secret: 'IDENTITY_HEADER',
}

/**
 * The request as a command for a shell. What may be secret is a variable of the shell in it, named after its field
 * (`$CODE`), and the app's secret that of the app's variables, `$AZURE_CLIENT_SECRET`. `show` hides what else may not be shown.
 */
export function curlCommand(
  request: Pick<ReceivedRequest, 'method' | 'origin' | 'path' | 'query' | 'headers' | 'form' | 'text'>,
  isShown: (field: string) => boolean,
  show: (text: string) => string,
): string {
  const field = (name: string, value: string, encode: (text: string) => string): string =>
    isShown(name) ? quoted(encode(show(value))) : variable(name)
  const query = Object.entries(request.query).map(
    ([name, value = '']) => quoted(`${encodeURIComponent(show(name))}=`) + field(name, value, encodeURIComponent),
  )
  const address = quoted(request.origin + show(request.path)) + (query.length > 0 ? `\\?${query.join('\\&')}` : '')
  const form = Object.entries(request.form).map(
    ([name, value = '']) => `--data-urlencode ${quoted(`${show(name)}=`)}${field(name, value, String)}`,
  )
  const plainText = form.length === 0 && request.text !== '' ? [`--data-raw ${quoted(show(request.text))}`] : []
  return [
    `curl --cacert "$NODE_EXTRA_CA_CERTS" --request ${quoted(request.method)} ${address}`,
    ...headerOptions(request.headers, form.length > 0, show),
    ...form,
    ...plainText,
  ].join(' \\\n  ')
}

function headerOptions(
  headers: ReceivedRequest['headers'],
  hasForm: boolean,
  show: (text: string) => string,
): string[] {
  return Object.entries(headers).flatMap(([name, value = '']) => {
    if (name === 'content-type' && hasForm) return []
    if (shownHeaders.includes(name)) return [`--header ${quoted(`${name}: ${show(value)}`)}`]
    const secret = secretHeaders[name]
    if (secret !== undefined) return [`--header ${quoted(`${name}: `)}"$${secret}"`]
    if (name !== 'authorization') return []
    const scheme = /^(Bearer|Basic) /i.exec(value)?.[1]
    return scheme === undefined ? [] : [`--header ${quoted(`authorization: ${scheme} `)}"$AUTHORIZATION"`]
  })
}

/** One word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:@%=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function variable(field: string): string {
  const name = field === 'client_secret' ? 'AZURE_CLIENT_SECRET' : field.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
  return `"$${/^[A-Z_]/.test(name) ? name.slice(0, 40) : 'VALUE'}"`
}
