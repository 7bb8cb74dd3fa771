import { createHash, randomUUID } from 'node:crypto'
import {
  asListed,
  type EncryptionKeys,
  EnvelopeError,
  type FormatVersion,
  isBelievable,
  type Lease,
  type ReportProblem,
  recordName,
  type TokenKey,
  type TokenRecord,
  type TokenStore,
  tokenEnvelope,
  withCappedLife,
} from 'entrada/store'
import { commandOf, isCluster, type RedisClient } from './client.ts'
import { escapedPrefix, indexesOf, keysOf, type RedisKeys, underKey } from './keys.ts'
import { createClusterPatience, createPatience } from './patience.ts'
import { failed, listOf, messageOf, textOf } from './replies.ts'
import { deleteScript, dropScript, indexMargin, leaseScript, releaseScript, setScript } from './scripts.ts'

/** Options of `redisTokenStore`. */
export interface RedisTokenStoreOptions {
  /** The keys with which records are encrypted: the first one encrypts, and any of them decrypts. */
  keys: EncryptionKeys
  /** The prefix of each key in Redis; default `entrada:`. */
  prefix?: string
  /** How long to wait for a reply, in milliseconds; default 400, because a credential waits 500 for a store. */
  answerWithinMs?: number
  /** The format that records are written in; default 1, which every version of this package reads. */
  formatVersion?: FormatVersion
  /** @internal The clock, for tests: milliseconds since the epoch. */
  now?: () => number
  /** @internal The monotonic clock, for tests; default the one above if that is given. */
  monotonic?: () => number
}

/** A store in Redis. */
export interface RedisTokenStore extends TokenStore {
  readonly reports: true
  lease(key: TokenKey, milliseconds: number): Promise<Lease | undefined>
}

/** In characters. No envelope comes near this, and no more than this is read. */
const maximumLength = 262_144
/** How many names are read at once when a user's records are listed. */
const listedAtOnce = 100
/** How often a write is tried if others keep writing the same record in between. */
const attempts = 5

/**
 * A token store in Redis or Valkey, over the caller's own client, for a fleet that shares its tokens: each record is
 * encrypted and has a time to live, and only one process requests a token. Sends no command yet. Throws a `TypeError`
 * for an invalid client or key.
 */
export function redisTokenStore(client: RedisClient, options: RedisTokenStoreOptions): RedisTokenStore {
  const { keys, prefix: given = 'entrada:', answerWithinMs = 400, now = Date.now, formatVersion } = options ?? {}
  const { monotonic = options?.now ?? (() => performance.now()) } = options ?? {}
  const command = commandOf(client)
  const envelope = tokenEnvelope(keys, { formatVersion })
  const prefix = escapedPrefix(given)
  if (typeof answerWithinMs !== 'number' || !(answerWithinMs >= 0)) {
    throw new TypeError('redisTokenStore: answerWithinMs must be a number of milliseconds. Leave it out for 400.')
  }
  const patiently = (isCluster(client) ? createClusterPatience : createPatience)({ answerWithinMs, monotonic })

  function ask(key: string, ...args: string[]): Promise<unknown> {
    return patiently(key, async () => command(key, args)).catch((error: unknown) => {
      throw messageOf(error).startsWith('redisTokenStore') ? error : failed(args[0], error)
    })
  }

  function run(script: string, scriptKeys: string[], ...args: string[]): Promise<unknown> {
    return ask(scriptKeys[0] as string, 'EVAL', script, String(scriptKeys.length), ...scriptKeys, ...args)
  }

  /**
   * Removes an envelope that can never be opened, if it is still there: otherwise it could keep a good record out. This
   * is awaited, so that no command is left running after a call, when the client may be closed.
   */
  async function drop(at: string, text: string): Promise<void> {
    const sha1 = createHash('sha1').update(text).digest('hex')
    await run(dropScript, [at], sha1, String(maximumLength)).catch(() => undefined)
  }

  function isValid(record: TokenRecord): boolean {
    return record.expiresAt > now() && isBelievable(record, now())
  }

  /** Takes one round trip, and is bounded: GET would fetch whatever somebody has put there. */
  async function read(at: string): Promise<string> {
    return textOf(await ask(at, 'GETRANGE', at, '0', String(maximumLength - 1)))
  }

  /** Opens what was read, if it is a record that is still valid. Rejects with `EnvelopeError`. */
  async function opened(text: string, at: string, name: string): Promise<TokenRecord | undefined> {
    if (text === '') return undefined
    try {
      const record = envelope.open(text, name)
      return isValid(record) ? withCappedLife(record, now()) : undefined
    } catch (error) {
      if (error instanceof EnvelopeError && error.fault === 'broken') await drop(at, text)
      throw error
    }
  }

  async function get(key: TokenKey, report?: ReportProblem): Promise<TokenRecord | undefined> {
    const at = keysOf(prefix, key)
    const isSignIn = key.kind !== 'access'
    try {
      const text = await read(at.record)
      return await (text === '' && isSignIn ? signInUnderKey(key, at) : opened(text, at.record, recordName(key)))
    } catch (error) {
      if (/WRONGTYPE/.test(messageOf(error))) await drop(at.record, '')
      if (!(error instanceof EnvelopeError)) throw error
      report?.(error)
      return isSignIn ? signInUnderKey(key, at) : undefined
    }
  }

  /** A sign-in that was written next to one that its writer could not open. */
  async function signInUnderKey(key: TokenKey, at: RedisKeys): Promise<TokenRecord | undefined> {
    for (const keyId of envelope.keyIds) {
      const place = underKey(at.record, keyId)
      try {
        const record = await opened(await read(place), place, recordName(key))
        if (record !== undefined) return record
      } catch (error) {
        if (!(error instanceof EnvelopeError)) throw error
      }
    }
    return undefined
  }

  /**
   * Writes a record. The script directly overwrites a record that clearly may go, and returns any other, to be opened
   * here: only a record that could be opened is trusted, and a sign-in that another program may be able to open is left
   * for it.
   */
  async function set(whole: TokenRecord): Promise<void> {
    const record = withCappedLife(whole, now())
    const expiry = Math.ceil(record.expiresAt)
    const { key } = record
    const at = keysOf(prefix, key)
    const isSignIn = key.kind !== 'access'
    const text = envelope.seal(record)
    let name = recordName(key)
    let place = at.record
    let replaced = ''
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const time = Math.floor(now())
      // The clock may have been set since the last attempt, and Redis refuses a life of nothing.
      if (expiry <= time) return
      const words = [
        replaced,
        isSignIn ? 'sign-in' : '',
        String(maximumLength),
        text,
        String(expiry),
        String(time),
        name,
      ]
      const reply = await run(setScript, [place, at.index], ...words)
      if (!Array.isArray(reply)) return
      const fate = fateOf(textOf(reply[0]), record)
      if (fate === 'stays') return
      replaced = textOf(reply[1])
      if (fate === 'is theirs' && place === at.record) {
        const own = envelope.keyIds[0] as string
        place = underKey(at.record, own)
        name = underKey(name, own)
        replaced = ''
      }
    }
    throw new Error(`redisTokenStore: EVAL failed: others kept writing the record (${attempts} attempts)`)
  }

  function fateOf(former: string, record: TokenRecord): 'stays' | 'goes' | 'is theirs' {
    try {
      const held = envelope.open(former, recordName(record.key))
      const isTrue = isBelievable(held, now()) && withCappedLife(held, now()) === held
      return isTrue && held.expiresAt > record.expiresAt ? 'stays' : 'goes'
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error
      return error.fault === 'broken' || record.key.kind === 'access' ? 'goes' : 'is theirs'
    }
  }

  /** The names in an index whose records may still exist. */
  async function namesIn(index: string): Promise<string[]> {
    const names = await ask(index, 'ZRANGEBYSCORE', index, `(${now() - indexMargin}`, '+inf')
    return listOf(names, 'ZRANGEBYSCORE')
      .map(textOf)
      .filter((name) => /^[0-9a-f]{64}(?::[0-9a-f]{1,32})?$/.test(name))
  }

  async function recordsIn(index: string, before: string): Promise<TokenRecord[]> {
    const names = await namesIn(index)
    const found: TokenRecord[] = []
    for (let from = 0; from < names.length; from += listedAtOnce) {
      const part = names.slice(from, from + listedAtOnce)
      const at = part.map((name) => before + name)
      const replies = listOf(await ask(index, 'MGET', ...at), 'MGET')
      for (const [number, name] of part.entries()) {
        const record = await readable(replies[number], at[number] as string, name.slice(0, 64))
        if (record !== undefined) found.push(asListed(record))
      }
    }
    return found
  }

  /** In a list, records that cannot be read are left out, so that signing out continues with the others. */
  async function readable(reply: unknown, at: string, name: string): Promise<TokenRecord | undefined> {
    try {
      return await opened(textOf(reply), at, name)
    } catch {
      return undefined
    }
  }

  return {
    reports: true,
    get,
    set,
    async delete(key) {
      const { record, index } = keysOf(prefix, key)
      const name = recordName(key)
      const isSignIn = key.kind !== 'access'
      const others = isSignIn ? (await namesIn(index)).filter((one) => one.startsWith(`${name}:`)) : []
      const places = others.map((one) => record + one.slice(name.length))
      await run(deleteScript, [record, index, ...places], name, ...others)
    },
    async list(partition) {
      const lists = indexesOf(prefix, partition).map(({ index, before }) => recordsIn(index, before))
      return (await Promise.all(lists)).flat()
    },
    async lease(key, milliseconds) {
      const { lease } = keysOf(prefix, key)
      const mark = randomUUID()
      const reply = await run(leaseScript, [lease], mark, String(Math.ceil(milliseconds)))
      if (Number(reply) !== 1) return undefined
      return { release: async () => void (await run(releaseScript, [lease], mark)) }
    },
  }
}
