import { BoundedMap } from '../cache/bounded-map.ts'
import { itemOf } from '../cache/call-map.ts'
import type { Wait } from '../cache/flights.ts'
import { FlightsOnDemand } from '../cache/flights-on-demand.ts'
import type { TokenRequest } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import type { Http } from '../http/client.ts'
import { openHttp } from '../http/http.ts'
import type { ManagedIdentityId } from '../managed-identity/identity.ts'
import type { IdentityEndpoint } from '../managed-identity/identity-endpoint.ts'
import type { HostWithEndpoint, Machine } from '../managed-identity/make-endpoint.ts'
import { checkIdentity } from '../managed-identity/user-assigned.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions, IssuedToken } from '../types.ts'
import { type ChainCall, chainCallOf } from './chain-call.ts'
import type { CredentialContext } from './context.ts'
import { TokenSource } from './token-source.ts'

/** The host's token endpoint, and the connections to it. */
interface Opened {
  endpoint: IdentityEndpoint
  http: Http
}

/** How many tokens are remembered in case they are revoked. */
const rememberedTokens = 1000
/** How long to wait for IMDS, in milliseconds, if the caller sets no limit, and at most if it does. */
const usualProbeMs = 1_000
const longestProbeMs = 10_000
/** How long after a failed probe it is not repeated, in milliseconds. */
const absenceMs = 30_000

/**
 * The tokens of a managed identity. It has connections of its own, which never go through a proxy and accept no other
 * host's certificate.
 */
export class ManagedIdentitySource {
  readonly #context: CredentialContext
  readonly #detected: HostWithEndpoint
  readonly #id: ManagedIdentityId | undefined
  readonly #source: TokenSource<undefined>
  readonly #probes: FlightsOnDemand<void>
  readonly #probeTimeoutMs: number | undefined
  /** The last token for each resource: if it is revoked, its hash is sent with the next request. */
  readonly #last = new BoundedMap<string>(rememberedTokens)
  #opening: Promise<Opened> | undefined
  #hasWarnedOfClock = false
  /**
   * Set if the last probe had no response. Nothing observable shows when that changes, so it is remembered for a while.
   */
  #absence: { error: unknown; until: number } | undefined
  /** Whether the host has answered once: then a chain does not probe IMDS again. */
  #isThere: boolean

  /** `probeTimeoutMs` is the chain's option for IMDS; 0 or `undefined` leaves the time to the callers. */
  constructor(
    context: CredentialContext,
    detected: HostWithEndpoint,
    id: ManagedIdentityId | undefined,
    probeTimeoutMs?: number,
  ) {
    this.#context = context
    this.#detected = detected
    this.#id = id
    this.#isThere = detected.kind !== 'imds' || detected.authority !== undefined
    this.#probes = new FlightsOnDemand(context.name)
    this.#probeTimeoutMs = probeTimeoutMs || undefined
    this.#source = new TokenSource({
      context,
      tenantId: undefined,
      clientId: id === undefined ? 'system-assigned' : `${id.kind} ${id.value}`,
      acquire: (request, signal) => this.#acquire(request, signal),
    })
  }

  /** Passes the call on unchanged, except that no tenant can be asked for, and a chain's call needs a probe first. */
  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined {
    return this.#isAsItIs(options) ? this.#source.peek(scopes, options) : undefined
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#isAsItIs(options) ? this.#source.getToken(scopes, options) : this.#get(scopes, options ?? {})
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    const access = await this.getToken(scopes, options)
    return (await import('./token-info.ts')).tokenInfo(access, this.#context.name)
  }

  async close(): Promise<void> {
    await Promise.all([this.#probes.close(), this.#source.close()])
    const opened = await this.#opening?.catch(() => undefined)
    opened?.http.close()
    this.#last.clear()
  }

  #isAsItIs(options: GetTokenOptions | undefined): boolean {
    return options?.tenantId === undefined && (this.#isThere || chainCallOf(options) === undefined)
  }

  async #get(scopes: string | string[], options: GetTokenOptions): Promise<AccessToken> {
    const { checkCall } = await import('./check-call.ts')
    const { wait } = await checkCall(this.#context.name, scopes, options, this.#context)
    const { tenantId: _, ...call } = options
    const asked = chainCallOf(options)
    if (!this.#isThere && asked !== undefined && !this.#probes.isClosed) {
      await this.#lookFor(asked, wait)
    }
    return this.#source.getToken(scopes, call)
  }

  /** Probes IMDS, unless it failed to answer a short time ago. */
  async #lookFor({ memory, timeoutMs }: ChainCall, wait: Wait): Promise<void> {
    const now = this.#context.host.monotonic()
    if (memory === 'with-memory' && this.#absence !== undefined && now < this.#absence.until) throw this.#absence.error
    const patience = this.#probeTimeoutMs ?? Math.min(timeoutMs || usualProbeMs, longestProbeMs)
    await this.#probes.join('probe', (signal) => this.#probe(signal, patience), wait)
  }

  async #probe(signal: AbortSignal, timeoutMs: number): Promise<void> {
    try {
      if ((await this.#probeOnce(signal, timeoutMs)) === 'answered') this.#isThere = true
    } catch (error) {
      if (!signal.aborted) this.#absence = { error, until: this.#context.host.monotonic() + absenceMs }
      throw error
    }
  }

  async #probeOnce(signal: AbortSignal, timeoutMs: number): Promise<'answered' | 'reset'> {
    const { name, emit } = this.#context
    const { http, endpoint } = await this.#open()
    if (endpoint.probeUrl === undefined) return 'answered'
    const { probeImds } = await import('../managed-identity/imds-probe.ts')
    return probeImds(endpoint.probeUrl, name, { http, emit, signal, timeoutMs })
  }

  async #acquire(request: TokenRequest<undefined>, signal: AbortSignal): Promise<IssuedToken> {
    const { scopes, claims, enableCae } = request
    const { name, host, emit, options, quote } = this.#context
    const [scope = ''] = scopes
    if (new Set(scopes).size > 1) {
      const remedy = 'Ask for one scope at a time.'
      const problem = {
        who: name,
        reason: `Multiple scopes are not supported. Scopes: ${scopes.map((each) => quote(each).replaceAll('"', '')).join(', ')}.`,
        remedy,
      }
      throw new CredentialUnavailableError(problem)
    }
    const { endpoint, http } = await this.#open()
    const { askEndpoint } = await import('../managed-identity/ask-endpoint.ts')
    signal.throwIfAborted()
    const known = [itemOf(scopes), String(enableCae)] as const
    const token = await askEndpoint({
      credential: name,
      endpoint,
      id: this.#id,
      scope,
      revocation: claims === undefined ? undefined : { token: this.#last.get(...known) },
      http,
      // All credentials with the default transport share one limit.
      transport: options.fetch ?? options.httpClient ?? globalThis,
      now: host.now,
      emit,
      onClockAhead: (message) => this.#warnOfClock(message),
      signal,
    })
    this.#isThere = true
    this.#last.set(...known, token.token)
    return token
  }

  /** Warns only once, because later responses would give the same warning. */
  #warnOfClock(message: string): void {
    if (!this.#hasWarnedOfClock) this.#context.emit({ type: 'warning', message })
    this.#hasWarnedOfClock = true
  }

  /** The endpoint and its connections, opened with the first request, and again after a failure. */
  #open(): Promise<Opened> {
    this.#opening ??= this.#openEndpoint().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #openEndpoint(): Promise<Opened> {
    const { name, host, emit, options } = this.#context
    const { makeEndpoint, arcOrImds, farEndpoint } = await import('../managed-identity/make-endpoint.ts')
    const machine: Machine = { ...host, platform: host.platform ?? globalThis.process?.platform ?? '' }
    const detected = await arcOrImds(this.#detected, machine)
    // Only now is it known whether this is Azure Arc.
    checkIdentity(detected.kind, this.#id, name)
    const endpoint = makeEndpoint(detected, this.#id, machine, name)
    const { proxyOptions: _, ...rest } = options
    const { connectTimeoutMs, thumbprint } = endpoint
    const warn = (message: string): void => emit({ type: 'warning', message })
    const far = farEndpoint(detected)
    if (far !== undefined) warn(`the token endpoint is on ${far}, which is not on this machine or network.`)
    // The environment is empty so that it cannot name a proxy.
    return { endpoint, http: openHttp({ ...rest, connectTimeoutMs, thumbprint }, { ...host, env: {} }, warn) }
  }
}
