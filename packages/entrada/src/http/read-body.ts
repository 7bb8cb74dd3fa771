import { HttpFailure } from './failure.ts'
import type { TransportResponse } from './transport.ts'

/** No token, error or document of this protocol comes near it. */
export const maximumBodyBytes: number = 1024 * 1024

/** The body as text, read no further than 1 MiB. */
export async function readBody(response: TransportResponse): Promise<string> {
  const { body } = response
  if (body === undefined || body === null) {
    const text = await response.text()
    if (text.length > maximumBodyBytes) throw tooLarge()
    return text
  }
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  // Leaving the loop early cancels the stream, and with it the connection.
  for await (const chunk of chunksOf(body)) {
    size += chunk.byteLength
    if (size > maximumBodyBytes) throw tooLarge()
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function tooLarge(): HttpFailure {
  return new HttpFailure('too-large', `the answer is larger than ${maximumBodyBytes} bytes`)
}

function chunksOf(body: unknown): AsyncIterable<Uint8Array> {
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return body as AsyncIterable<Uint8Array>
  return webChunks(body as ReadableStream<Uint8Array>)
}

/** Web streams are not async iterable in every browser. */
async function* webChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
