import { Flights, type Wait } from '../cache/flights.ts'
import { Generations } from '../cache/generations.ts'
import { itemOf, type TokenRequest } from '../cache/token-request.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { type Http, openHttp } from '../http/http.ts'
import type { IdentityHost } from '../managed-identity/host.ts'
import type { ManagedIdentityId } from '../managed-identity/identity.ts'
import type { AnyHost, Machine } from '../managed-identity/make-host.ts'
import { checkIdentity } from '../managed-identity/user-assigned.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions, IssuedToken } from '../types.ts'
import { checkCall } from './check-call.ts'
import type { CredentialContext } from './context.ts'
import { TokenSource, tokenInfo } from './credential.ts'
import { askedWithinChain } from './within-chain.ts'

/** What the requests to a host go through. */
interface Opened {
  host: IdentityHost
  http: Http
}

/** Tokens remembered for the case that they are revoked. */
const rememberedTokens = 1000
/** How long nobody is looked for again where nobody was, in milliseconds. */
const absenceMs = 30_000

/**
 * The tokens of a managed identity. Its connections are its own: they never go through a proxy, and other hosts'
 * certificates are none of theirs.
 */
export class HostTokens {
  readonly #context: CredentialContext
  readonly #found: AnyHost
  readonly #id: ManagedIdentityId | undefined
  readonly #source: TokenSource
  readonly #probes: Flights<void>
  /** The last token of each resource: a revocation is answered with its hash. */
  readonly #last = new Generations<string>(rememberedTokens)
  #opening: Promise<Opened> | undefined
  /** Nobody has answered: nothing can be seen of that, so it holds for a time. */
  #absence: { error: unknown; until: number } | undefined
  /** Somebody has answered: in a chain, IMDS need not be looked for any more. */
  #isThere: boolean

  constructor(context: CredentialContext, found: AnyHost, id: ManagedIdentityId | undefined) {
    this.#context = context
    this.#found = found
    this.#id = id
    this.#isThere = found.kind !== 'imds' || found.authority !== undefined
    this.#probes = new Flights(context.name)
    this.#source = new TokenSource({
      context,
      tenantId: 'managed_identity',
      clientId: id === undefined ? 'system-assigned' : `${id.kind} ${id.value}`,
      acquire: (request, signal) => this.#acquire(request, signal),
    })
  }

  /** Hands the call on as it is, but for what only these tokens know: no tenant can be asked for, and the probe. */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    if (options?.tenantId !== undefined || (!this.#isThere && askedWithinChain(options) !== undefined)) {
      return this.#get(scopes, options ?? {})
    }
    return this.#source.getToken(scopes, options)
  }

  async getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return tokenInfo(await this.getToken(scopes, options), this.#context.name)
  }

  async close(): Promise<void> {
    await Promise.all([this.#probes.close(), this.#source.close()])
    const opened = await this.#opening?.catch(() => undefined)
    opened?.http.close()
  }

  async #get(scopes: string | string[], options: GetTokenOptions): Promise<AccessToken> {
    const { wait } = checkCall(this.#context.name, scopes, options)
    const { tenantId: _, ...call } = options
    const asked = askedWithinChain(options)
    if (!this.#isThere && asked !== undefined && wait.signal?.aborted !== true && !this.#probes.isClosed) {
      await this.#lookFor(asked === 'anew', wait)
    }
    return this.#source.getToken(scopes, call)
  }

  /** Where nobody answered just now, nobody is asked again. */
  async #lookFor(isAnew: boolean, wait: Wait): Promise<void> {
    const now = this.#context.host.now()
    if (!isAnew && this.#absence !== undefined && now < this.#absence.until) throw this.#absence.error
    await this.#probes.join('probe', (signal) => this.#probe(signal), wait)
  }

  async #probe(signal: AbortSignal): Promise<void> {
    try {
      await this.#probeOnce(signal)
      this.#isThere = true
    } catch (error) {
      if (!signal.aborted) this.#absence = { error, until: this.#context.host.now() + absenceMs }
      throw error
    }
  }

  async #probeOnce(signal: AbortSignal): Promise<void> {
    const { name, emit } = this.#context
    const { http, host } = await this.#open()
    if (host.probeUrl !== undefined) {
      const { probeImds } = await import('../managed-identity/imds-probe.ts')
      await probeImds(host.probeUrl, name, { http, emit, signal })
    }
  }

  async #acquire(request: TokenRequest, signal: AbortSignal): Promise<IssuedToken> {
    const { scopes, claims, enableCae } = request
    const { name, host: outside, emit, options } = this.#context
    const [scope = ''] = scopes
    if (new Set(scopes).size > 1) {
      const mend = 'Ask for one scope at a time.'
      const message = `${name}: Multiple scopes are not supported. Scopes: ${scopes.join(', ')}. ${mend}`
      throw new CredentialUnavailableError(message, { mend })
    }
    const { host, http } = await this.#open()
    const { askHost } = await import('../managed-identity/ask-host.ts')
    signal.throwIfAborted()
    const known = [itemOf(scopes), String(enableCae)] as const
    const token = await askHost({
      credential: name,
      host,
      id: this.#id,
      scope,
      revocation: claims === undefined ? undefined : { token: this.#last.get(...known) },
      http,
      // All that use the default transport share a way out.
      transport: options.fetch ?? options.httpClient ?? globalThis,
      now: outside.now,
      emit,
      signal,
    })
    this.#isThere = true
    this.#last.set(...known, token.token)
    return token
  }

  /** The host and its connections, found and opened with the first request; found anew after a failure. */
  #open(): Promise<Opened> {
    this.#opening ??= this.#openHost().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #openHost(): Promise<Opened> {
    const { name, host: outside, emit, options } = this.#context
    const { makeHost, arcOrImds, farEndpoint } = await import('../managed-identity/make-host.ts')
    const machine: Machine = { ...outside, platform: outside.platform ?? globalThis.process?.platform ?? '' }
    const found = await arcOrImds(this.#found, machine)
    // Azure Arc may only now have come to light.
    checkIdentity(found.kind, this.#id, name)
    const host = makeHost(found, this.#id, machine, name)
    const { proxyOptions: _, ...rest } = options
    const { connectTimeoutMs, thumbprint } = host
    const warn = (message: string): void => emit({ type: 'warning', message })
    const far = farEndpoint(this.#found)
    if (far !== undefined) warn(`the token endpoint is on ${far}, which is not on this machine or network.`)
    // Without an environment there is no proxy in it.
    return { host, http: openHttp({ ...rest, connectTimeoutMs, thumbprint }, { ...outside, env: {} }, warn) }
  }
}
