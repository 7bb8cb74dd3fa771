import { createHash, randomUUID } from 'node:crypto'
import {
  type EncryptionKeys,
  EnvelopeError,
  type Lease,
  recordName,
  type TokenKey,
  type TokenRecord,
  type TokenStore,
  tokenEnvelope,
} from 'entrada/store'
import { commandOf, type RedisClient } from './client.ts'
import { escapedPrefix, indexesOf, keysOf } from './keys.ts'
import { createPatience } from './patience.ts'
import { deleteScript, dropScript, releaseScript, setScript } from './scripts.ts'

export interface RedisTokenStoreOptions {
  /** The keys with which records are encrypted: the first one seals, each one opens. */
  keys: EncryptionKeys
  /** What each key in Redis begins with; default `entrada:`. */
  prefix?: string
  /** How long an answer is waited for, in milliseconds; default 400, since a credential waits 500 for a store. */
  answerWithinMs?: number
  /** @internal The clock, for tests: milliseconds since the epoch. */
  now?: () => number
}

/** A store in Redis. */
export interface RedisTokenStore extends TokenStore {
  lease(key: TokenKey, milliseconds: number): Promise<Lease | undefined>
}

/** No envelope is near this, in characters: of more, only so much is read. */
const maximumLength = 262_144
/** Names that are read at once when a user's records are listed. */
const listedAtOnce = 100

/**
 * A token store in Redis or Valkey, over the caller's own client, for a fleet that shares its tokens: each record is
 * encrypted and has a time to live, and one process of all asks for a token. Asks for nothing yet. Throws a `TypeError`
 * for what is no client and no key.
 */
export function redisTokenStore(client: RedisClient, options: RedisTokenStoreOptions): RedisTokenStore {
  const { keys, prefix: given = 'entrada:', answerWithinMs = 400, now = Date.now } = options ?? {}
  const command = commandOf(client)
  const envelope = tokenEnvelope(keys)
  const prefix = escapedPrefix(given)
  const patiently = createPatience({ answerWithinMs, now })

  function ask(key: string, ...args: string[]): Promise<unknown> {
    return patiently(async () => command(key, args)).catch((cause: unknown) => {
      throw cause instanceof Error && cause.message.startsWith('redisTokenStore')
        ? cause
        : new Error(`redisTokenStore: ${args[0]} failed: ${said(cause)}`, { cause: plain(cause) })
    })
  }

  function run(script: string, scriptKeys: string[], ...args: string[]): Promise<unknown> {
    return ask(scriptKeys[0] as string, 'EVAL', script, String(scriptKeys.length), ...scriptKeys, ...args)
  }

  /** What will never open is removed, if it is still what is there: else it could stand before a good record. */
  function drop(record: string, text: string): void {
    const sha1 = createHash('sha1').update(text).digest('hex')
    run(dropScript, [record], sha1, String(maximumLength)).catch(() => undefined)
  }

  function opened(reply: unknown, at: string, name: string): TokenRecord | undefined {
    const text = textOf(reply)
    if (text === '') return undefined
    try {
      const record = envelope.open(text, name)
      return record.expiresAt > now() ? record : undefined
    } catch (error) {
      if (error instanceof EnvelopeError && error.fault === 'broken') drop(at, text)
      throw error
    }
  }

  async function get(key: TokenKey): Promise<TokenRecord | undefined> {
    const { record } = keysOf(prefix, key)
    try {
      // One round trip, and bounded: GET would bring whatever somebody has put there.
      return opened(await ask(record, 'GETRANGE', record, '0', String(maximumLength - 1)), record, recordName(key))
    } catch (error) {
      if (/WRONGTYPE/.test(said(error))) drop(record, '')
      throw error
    }
  }

  async function listOf(index: string, before: string): Promise<TokenRecord[]> {
    const names = await ask(index, 'ZRANGEBYSCORE', index, `(${now()}`, '+inf')
    if (!Array.isArray(names)) throw new Error('redisTokenStore: ZRANGEBYSCORE gave no list')
    const known = names.map(textOf).filter((name) => /^[0-9a-f]{64}$/.test(name))
    const found: TokenRecord[] = []
    for (let from = 0; from < known.length; from += listedAtOnce) {
      const part = known.slice(from, from + listedAtOnce)
      const at = part.map((name) => before + name)
      const replies = await ask(index, 'MGET', ...at)
      if (!Array.isArray(replies)) throw new Error('redisTokenStore: MGET gave no list')
      for (const [number, name] of part.entries()) {
        const record = readable(replies[number], at[number] as string, name)
        if (record !== undefined) found.push(record)
      }
    }
    return found
  }

  /** In a list, what can't be read is left out: signing out goes on with the others. */
  function readable(reply: unknown, at: string, name: string): TokenRecord | undefined {
    try {
      return opened(reply, at, name)
    } catch {
      return undefined
    }
  }

  return {
    get,
    async set(record) {
      const at = keysOf(prefix, record.key)
      const expiry = Math.ceil(record.expiresAt)
      if (expiry <= now()) return
      const name = recordName(record.key)
      await run(
        setScript,
        [at.record, at.index],
        envelope.seal(record),
        String(expiry),
        String(Math.floor(now())),
        name,
      )
    },
    async delete(key) {
      const { record, index } = keysOf(prefix, key)
      await run(deleteScript, [record, index], recordName(key))
    },
    async list(partition) {
      const lists = indexesOf(prefix, partition).map(({ index, before }) => listOf(index, before))
      return (await Promise.all(lists)).flat()
    },
    async lease(key, milliseconds) {
      const { lease } = keysOf(prefix, key)
      const mark = randomUUID()
      const reply = await ask(lease, 'SET', lease, mark, 'PX', String(Math.ceil(milliseconds)), 'NX')
      if (reply === null || reply === undefined) return undefined
      return { release: async () => void (await run(releaseScript, [lease], mark)) }
    },
  }
}

/** A reply as text; clients may be told to give bytes. */
function textOf(reply: unknown): string {
  if (reply === null || reply === undefined) return ''
  if (typeof reply === 'string') return reply
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply)
  throw new Error(`redisTokenStore: Redis gave a ${typeof reply} where a text belongs`)
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The cause without what clients add to it: the whole command. */
function plain(error: unknown): Error {
  const { code } = (error ?? {}) as { code?: unknown }
  return Object.assign(new Error(said(error)), typeof code === 'string' ? { code } : {})
}
