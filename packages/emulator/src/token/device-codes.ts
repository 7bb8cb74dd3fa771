import { randomBytes, randomInt } from 'node:crypto'
import { Refusal } from '../refusal.ts'
import type { Person, UserGrant } from './user-grant.ts'

/** What a device asks a person to approve. */
interface DeviceRequest {
  clientId: string
  /** As the app asked, in the form of the v2.0 endpoint. */
  scope: string
  /** The tenant that the address named; `undefined` where it is shared by all. */
  tenantId: string | undefined
}

/** A request that waits for a person, found by the code they were shown. */
export interface PendingDeviceRequest extends DeviceRequest {
  userCode: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** The person signed in and agreed: the next poll gets their tokens. */
  approve(person: Person, amr: readonly string[]): void
  /** The person said no: the next poll is told so. */
  decline(): void
}

/** What a device gets when it begins. */
interface DeviceCode {
  deviceCode: string
  userCode: string
  /** Seconds. */
  expiresIn: number
  /** Seconds between two polls. */
  interval: number
}

/** The device codes of an emulator (RFC 8628). */
export interface DeviceCodes {
  issue(request: DeviceRequest, now: number): DeviceCode
  /** The request behind a code as a person types it, in either case, or `undefined`: unknown, expired or decided. */
  pending(userCode: string, now: number): PendingDeviceRequest | undefined
  /**
   * What `use` makes of an approved code's grant, once. Throws a `Refusal` as long as nobody decided, and for a code
   * that is none, another app's, declined, too old or redeemed. When `use` throws, the code is not spent.
   */
  redeem<T>(poll: { deviceCode: string; clientId: string; now: number }, use: (grant: UserGrant) => T): T
  /** The home tenant of the person who approved a code, or else the tenant that it was asked for at. */
  tenantOf(deviceCode: string): string | undefined
}

export interface DeviceCodeTimes {
  expiresInSeconds: number
  intervalSeconds: number
}

interface Entry {
  request: DeviceRequest
  userCode: string
  expiresAt: number
  /** Milliseconds between two polls; each that came too soon makes it longer. */
  interval: number
  polledAt: number | undefined
  state: 'pending' | 'declined' | 'redeemed' | UserGrant
}

/** Entra ID's letters: none that are taken for one another. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const USER_CODE_LENGTH = 9
/** The oldest go first when there are more. */
const CAPACITY = 10_000
/** By how much a poll may be early, because timers are. */
const TOLERANCE_MS = 500
/** RFC 8628, section 3.5: what `slow_down` adds to the interval. */
const SLOWER_MS = 5_000

export function createDeviceCodes({ expiresInSeconds, intervalSeconds }: DeviceCodeTimes): DeviceCodes {
  const entries = new Map<string, Entry>()
  const byUserCode = new Map<string, Entry>()
  const forgetOldest = (): void => {
    for (const [deviceCode, { userCode }] of entries) {
      if (entries.size < CAPACITY) return
      entries.delete(deviceCode)
      byUserCode.delete(userCode)
    }
  }
  return {
    issue: (request, now) => {
      forgetOldest()
      const deviceCode = `1.DA${randomBytes(120).toString('base64url')}`
      const userCode = freshUserCode((code) => byUserCode.has(code))
      const expiresAt = now + expiresInSeconds * 1000
      const interval = intervalSeconds * 1000
      const entry: Entry = { request, userCode, expiresAt, interval, polledAt: undefined, state: 'pending' }
      entries.set(deviceCode, entry)
      byUserCode.set(userCode, entry)
      return { deviceCode, userCode, expiresIn: expiresInSeconds, interval: intervalSeconds }
    },
    pending: (typed, now) => {
      const entry = byUserCode.get(typed.replace(/[\s-]/g, '').toUpperCase())
      if (entry === undefined || entry.state !== 'pending' || now >= entry.expiresAt) return undefined
      const { request, userCode, expiresAt } = entry
      return {
        ...request,
        userCode,
        expiresAt,
        approve: (person, amr) => {
          entry.state = { person, clientId: request.clientId, scope: request.scope, amr }
        },
        decline: () => {
          entry.state = 'declined'
        },
      }
    },
    redeem: ({ deviceCode, clientId, now }, use) => {
      const entry = entries.get(deviceCode)
      if (entry === undefined) throw new Refusal(70018)
      if (entry.request.clientId !== clientId) throw new Refusal(70000)
      const grant = grantOf(entry, now)
      const used = use(grant)
      entry.state = 'redeemed'
      return used
    },
    tenantOf: (deviceCode) => {
      const entry = entries.get(deviceCode)
      return typeof entry?.state === 'object' ? entry.state.person.tenantId : entry?.request.tenantId
    },
  }
}

/** The grant of an approved code. Throws a `Refusal` that tells a device why there is none, or none yet. */
function grantOf(entry: Entry, now: number): UserGrant {
  const { state } = entry
  if (state === 'redeemed') throw new Refusal(7000014)
  if (state === 'declined') throw new Refusal(700171)
  if (now >= entry.expiresAt) throw new Refusal(70020)
  if (state !== 'pending') return state
  const tooSoon = entry.polledAt !== undefined && now - entry.polledAt < entry.interval - TOLERANCE_MS
  entry.polledAt = now
  if (!tooSoon) throw new Refusal(70016)
  entry.interval += SLOWER_MS
  throw new Refusal(70016, { error: 'slow_down' })
}

function freshUserCode(taken: (code: string) => boolean): string {
  for (;;) {
    const code = Array.from({ length: USER_CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')
    if (!taken(code)) return code
  }
}
