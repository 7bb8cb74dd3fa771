import { randomBytes, randomInt } from 'node:crypto'
import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import type { RouteContext } from '../http/received-request.ts'
import type { Kept } from '../primitives/kept.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { ClientAssertionService } from './client-assertion.ts'
import { authenticateUserClient } from './client-authentication.ts'
import type { Person, UserGrant } from './user-grant.ts'
import { grantTokens, type UserTokenService, userTokenResponse } from './user-tokens.ts'

/** The parts of the emulator that the grant uses. */
export type DeviceCodeGrantService = ClientAssertionService &
  UserTokenService & {
    directory: Pick<Directory, 'tenant' | 'tenants'>
    deviceCodes: Pick<DeviceCodes, 'redeem' | 'tenantOf'>
  }

/** What a device asks a person to approve. */
interface DeviceRequest {
  clientId: string
  /** The scope that the app requested, in the form of the v2.0 endpoint. */
  scope: string
  /** The tenant in the URL; `undefined` if the path is shared by all tenants. */
  tenantId: string | undefined
}

/** A request that is waiting for a person, found by the code they were shown. */
export interface PendingDeviceRequest extends DeviceRequest {
  userCode: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** The person signed in and agreed: the next poll gets their tokens. */
  approve(person: Person, amr: readonly string[]): void
  /** The person declined, as the next poll learns. */
  decline(): void
}

/** What a device gets when it starts. */
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
  /** The request behind a code as a person enters it, or `undefined` if it is unknown, expired or decided. */
  pending(userCode: string, now: number): PendingDeviceRequest | undefined
  /** The requests that nobody has decided yet, newest first. */
  waiting(now: number): (DeviceRequest & { userCode: string })[]
  /**
   * Redeems an approved code once, and returns what `use` makes of its grant. Throws a `Refusal` while nobody has
   * decided, and for a code that is unknown, another app's, declined, expired or redeemed. When `use` throws, the code
   * stays valid.
   */
  redeem<T>(poll: { deviceCode: string; clientId: string; now: number }, use: (grant: UserGrant) => T): T
  /** The home tenant of the person who approved a code, or else the tenant of the request. */
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
  /** Milliseconds between two polls; each poll that comes too soon adds to it. */
  interval: number
  polledAt: number | undefined
  state: 'pending' | 'declined' | 'redeemed' | UserGrant
}

/** Entra ID's letters, without those that are easily confused. */
const userCodeLetters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const userCodeLength = 9
/** Beyond this, the oldest codes are forgotten. */
const maxCodes = 10_000
/** How early a poll may come, because timers are not exact. */
const pollToleranceMs = 500
/** RFC 8628, section 3.5: what `slow_down` adds to the interval. */
const slowDownMs = 5_000

export function createDeviceCodes({ expiresInSeconds, intervalSeconds }: DeviceCodeTimes, kept: Kept): DeviceCodes {
  const entries: Map<string, Entry> = new Map(kept.part('device codes', () => [...entries]))
  const byUserCode = new Map([...entries.values()].map((entry) => [entry.userCode, entry]))
  const forgetOldest = (): void => {
    for (const [deviceCode, { userCode }] of entries) {
      if (entries.size < maxCodes) return
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
      kept.changed()
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
          kept.changed()
        },
        decline: () => {
          entry.state = 'declined'
          kept.changed()
        },
      }
    },
    waiting: (now) =>
      [...entries.values()]
        .filter(({ state, expiresAt }) => state === 'pending' && now < expiresAt)
        .map(({ request, userCode }) => ({ ...request, userCode }))
        .reverse(),
    redeem: ({ deviceCode, clientId, now }, use) => {
      const entry = entries.get(deviceCode)
      if (entry === undefined) throw new Refusal(70018)
      if (entry.request.clientId !== clientId) throw new Refusal(70000)
      const grant = grantOf(entry, now)
      const used = use(grant)
      entry.state = 'redeemed'
      kept.changed()
      return used
    },
    tenantOf: (deviceCode) => {
      const entry = entries.get(deviceCode)
      return typeof entry?.state === 'object' ? entry.state.person.tenantId : entry?.request.tenantId
    },
  }
}

/** The grant of an approved code. Throws a `Refusal` that tells a device why there is none (yet). */
function grantOf(entry: Entry, now: number): UserGrant {
  const { state } = entry
  if (state === 'redeemed') throw new Refusal(7000014)
  if (state === 'declined') throw new Refusal(700171)
  if (now >= entry.expiresAt) throw new Refusal(70020)
  if (state !== 'pending') return state
  const tooSoon = entry.polledAt !== undefined && now - entry.polledAt < entry.interval - pollToleranceMs
  entry.polledAt = now
  if (!tooSoon) throw new Refusal(70016)
  entry.interval += slowDownMs
  throw new Refusal(70016, { error: 'slow_down' })
}

function freshUserCode(taken: (code: string) => boolean): string {
  for (;;) {
    const code = Array.from({ length: userCodeLength }, () => userCodeLetters[randomInt(userCodeLetters.length)]).join(
      '',
    )
    if (!taken(code)) return code
  }
}

/**
 * The grant `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628, section 3.4), which MSAL for Node calls
 * `device_code`: a device asks whether its user has signed in yet.
 */
export async function deviceCode(
  context: RouteContext<DeviceCodeGrantService>,
  tenant: Tenant,
  app: App,
): Promise<Response> {
  const { service } = context
  const code = polledCode(context)
  if (!code) throw new Refusal(900144, { details: { parameter: 'device_code' } })
  const proof = await authenticateUserClient(context, tenant, app)
  const poll = { deviceCode: code, clientId: app.clientId, now: service.now() }
  const granted = service.deviceCodes.redeem(poll, (grant) => grantTokens({ context, tenant, app, proof, grant }))
  const asked = granted.grant.scope.split(' ').includes('offline_access')
  return userTokenResponse(granted, { refreshable: asked || granted.scopes.offline })
}

/** For a shared path: the home tenant of the user who approved, or until then the tenant of the request. */
export function deviceTenant(context: RouteContext<DeviceCodeGrantService>): Tenant | undefined {
  const { directory, deviceCodes } = context.service
  const tenantId = deviceCodes.tenantOf(polledCode(context) ?? '')
  return (tenantId === undefined ? undefined : directory.tenant(tenantId)) ?? directory.tenants[0]
}

/** MSAL for Python sends it under both names; v1 calls it `code`. */
function polledCode({ request }: RouteContext<DeviceCodeGrantService>): string | undefined {
  return request.form.device_code ?? request.form.code
}
