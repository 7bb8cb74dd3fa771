import { KeysUnavailable } from '../rejection/token-rejected.ts'
import { readKeySet, type SigningKey } from './key-set.ts'

/** As much of `fetch` as is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const timeLimit = 5000
const sizeLimit = 262_144

/**
 * Asks an issuer for its keys. No redirect is followed, and what comes is bounded in time and size. Rejects with a
 * `KeysUnavailable`.
 */
export async function fetchKeySet(url: string, fetch: Fetch): Promise<ReadonlyMap<string, SigningKey>> {
  try {
    return await withinTime((signal) => ask(url, fetch, signal))
  } catch (error) {
    throw new KeysUnavailable(url, problemOf(error))
  }
}

async function ask(url: string, fetch: Fetch, signal: AbortSignal): Promise<ReadonlyMap<string, SigningKey>> {
  const response = await fetch(url, { redirect: 'manual', headers: { Accept: 'application/json' }, signal })
  // Responses that were made in memory have no address.
  const isElsewhere = !!response.url && new URL(response.url).origin !== new URL(url).origin
  if (response.redirected || isElsewhere) throw new Error('the answer came from elsewhere')
  if (response.status !== 200) throw new Error(`the answer has status ${response.status}`)
  const keys = readKeySet(JSON.parse(await boundedText(response)))
  if (keys === undefined) throw new Error('the answer is not a key set with RSA keys')
  return keys
}

/**
 * Also where a `fetch` of the caller's takes no notice of its signal: those who wait for keys must not wait for ever. A busy event loop fires
 * the time-out before it reads an answer that has already arrived, so what is there is read first.
 */
function withinTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      reject(new Error(`no answer within ${timeLimit / 1000} s`))
      controller.abort()
    }
    const onTime = (): void => nextTurn(() => nextTurn(giveUp))
    AbortSignal.timeout(timeLimit).addEventListener('abort', onTime, { once: true })
  })
  return Promise.race([work(controller.signal), late])
}

/** Calls back once the event loop has read what has arrived. */
function nextTurn(callback: () => void): void {
  ;(globalThis.setImmediate ?? setTimeout)(callback)
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > sizeLimit) throw new Error(`the answer was longer than ${sizeLimit} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** In words, without the object of somebody else's making. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'fetch failed'
  const { code } = (error.cause ?? {}) as { code?: unknown }
  return `${error.message.slice(0, 200)}${typeof code === 'string' ? ` (${code.slice(0, 60)})` : ''}`
}
