import type { Subject } from '../cache/token-request.ts'
import { checkScopeArguments, checkSubscription, checkTenantArgument } from '../developer-tools/arguments.ts'
import type { ToolPlace } from '../developer-tools/places.ts'
import { Profile } from '../developer-tools/profile.ts'
import type { DeveloperTool } from '../developer-tools/tool.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { type FoundProgram, findProgram } from '../runtime/find-program.ts'
import { toolHostOf } from '../runtime/tools.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import type { CredentialContext } from './context.ts'
import { TokenSource } from './credential.ts'
import type { MultiTenantTokenCredentialOptions } from './options.ts'

/** Options of the credentials that ask a developer tool. */
export interface DeveloperToolOptions {
  /** The tenant to ask in; default the tool's own. */
  tenantId?: string | undefined
  /** How long the tool may take, in milliseconds; default 10,000. 0 is "no limit". */
  processTimeoutInMs?: number | undefined
  /**
   * `false`: the tool is asked in every call. By default its tokens are kept until they are due, or until its profile file
   * says that somebody signed in or switched accounts; where there is no such file, for a minute at most.
   */
  cache?: boolean | undefined
}

export interface DeveloperToolCredentialOptions extends MultiTenantTokenCredentialOptions, DeveloperToolOptions {}

/** One kind of tool. What asks it is loaded when it is asked. */
export interface ToolKind {
  place: ToolPlace
  load(): Promise<DeveloperTool>
}

const usualTimeoutMs = 10_000

/**
 * The tokens of the account that is signed in to a developer tool. The account is a part of the cache's key: whatever
 * changes the tool's profile file ends what was cached before. They are kept in memory alone: the tool has a store.
 */
export class DeveloperToolTokens {
  readonly #tokens: TokenSource
  readonly #profile: Profile
  readonly #find: () => FoundProgram
  readonly #load: () => Promise<unknown>
  readonly #isCached: boolean
  #subject: Subject = { id: '', secret: '' }

  /** Throws a `TypeError` for a malformed option. */
  constructor(
    context: CredentialContext,
    kind: ToolKind,
    {
      tenantId = '',
      subscription,
      processTimeoutInMs,
      cache,
    }: DeveloperToolOptions & { subscription?: string | undefined },
  ) {
    const { name: who, host, additionallyAllowedTenants: allowed } = context
    if (tenantId !== '') checkTenant(tenantId, `${who}: tenantId`)
    checkTenantArgument(tenantId, who)
    checkSubscription(subscription, who)
    checkTimeout(processTimeoutInMs, who)
    checkCache(cache, who)
    const { now, env } = host
    const tools = toolHostOf(host)
    const find = (): FoundProgram => findProgram(kind.place.programs(tools.platform), env, tools)
    this.#find = find
    const load = () => Promise.all([kind.load(), import('../developer-tools/ask-tool.ts')])
    this.#load = load
    this.#isCached = cache !== false
    this.#profile = new Profile(kind.place, env, tools, now)
    this.#tokens = new TokenSource({
      // With no tenant of its own the account may ask in any.
      context: { ...context, second: undefined, additionallyAllowedTenants: tenantId === '' ? ['*'] : allowed },
      tenantId,
      clientId: '',
      async acquire({ scopes, tenantId: realm, claims }, signal) {
        checkScopeArguments(scopes, who)
        checkTenantArgument(realm, who)
        const [tool, { askTool }] = await load()
        const timeoutMs = processTimeoutInMs ?? usualTimeoutMs
        const options = { who, tool, find, host: tools, env, timeoutMs, now }
        return askTool(options, { scopes, tenantId: realm, subscription, claims }, signal)
      },
    })
  }

  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#tokens.getToken(scopes, options, this.#account())
  }

  getTokenInfo(scopes: string | string[], options?: GetTokenOptions): Promise<AccessTokenInfo> {
    return this.#tokens.getTokenInfo(scopes, options, this.#account())
  }

  close(): Promise<void> {
    return this.#tokens.close()
  }

  /**
   * Has the code for asking loaded, where the program and an account's profile are there to see: a chain calls it while it
   * waits for a member ahead. Starts nothing, asks nobody.
   */
  prepare(): void {
    if (this.#find().path !== undefined && this.#profile.stamp() !== undefined) this.#load().catch(() => undefined)
  }

  /**
   * What a failure depends on: the program that is found, and the tool's profile. While it is the same, so is the failure.
   * Nothing where there is a program and no file tells of its account.
   */
  evidence(): string | undefined {
    const { path, passedOver } = this.#find()
    if (path !== undefined && !this.#profile.isTold) return undefined
    return [path ?? 'no program', ...passedOver, this.#profile.stamp() ?? 'no profile'].join('\n')
  }

  /** The account as the cache's key has it. What was cached for another one is forgotten. */
  #account(): Subject {
    const id = this.#profile.current()
    if (id === this.#subject.id && this.#isCached) return this.#subject
    this.#tokens.forget()
    if (id !== this.#subject.id) this.#subject = { id, secret: '' }
    return this.#subject
  }
}

function checkTimeout(value: unknown, who: string): void {
  if (value === undefined || (typeof value === 'number' && value >= 0)) return
  throw new TypeError(
    `${who}: options.processTimeoutInMs is ${typeof value === 'number' ? value : typeof value}; it must be a number of milliseconds of 0 or more.`,
  )
}

function checkCache(value: unknown, who: string): void {
  if (value === undefined || typeof value === 'boolean') return
  throw new TypeError(`${who}: options.cache is of type ${typeof value}; it must be true or false.`)
}
