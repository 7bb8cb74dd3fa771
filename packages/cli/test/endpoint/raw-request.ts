import { once } from 'node:events'
import { connect } from 'node:net'

/** What a client sends, as it chooses to. */
export interface RawRequest {
  port: number
  method?: string
  target: string
  headers?: Record<string, string>
  body?: string
}

export interface RawResponse {
  status: number
  headers: Record<string, string>
  /** The body, as JSON. */
  body: Record<string, unknown>
}

/** Sends a request as it is given, `Host` included, which no client library lets its users choose. */
export async function rawRequest({
  port,
  method = 'GET',
  target,
  headers = {},
  body = '',
}: RawRequest): Promise<RawResponse> {
  const socket = connect(port, '127.0.0.1')
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]
  const given = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`)
  socket.write([`${method} ${target} HTTP/1.1`, ...given, ...length, '', body].join('\r\n'))
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await once(socket, 'close')
  const [head = '', rest = ''] = text.split('\r\n\r\n', 2)
  const [first = '', ...lines] = head.split('\r\n')
  const responseHeaders = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  return { status: Number(first.split(' ')[1]), headers: responseHeaders, body: rest === '' ? {} : JSON.parse(rest) }
}
