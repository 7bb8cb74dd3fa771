import type { Subject } from '../cache/token-request.ts'
import { checkScopeArguments, checkSubscription, checkTenantArgument } from '../developer-tools/arguments.ts'
import { Profile } from '../developer-tools/profile.ts'
import type { DeveloperTool } from '../developer-tools/tool.ts'
import type { ToolLocation } from '../developer-tools/tool-location.ts'
import { checkTenant } from '../oauth/tenant.ts'
import { type FoundProgram, findProgram } from '../runtime/process/find-program.ts'
import { toolHostOf } from '../runtime/process/tools.ts'
import type { AccessToken, AccessTokenInfo, GetTokenOptions } from '../types.ts'
import type { OwnOptions } from './check-options.ts'
import type { CredentialContext } from './context.ts'
import type { MultiTenantTokenCredentialOptions } from './options.ts'
import { TokenSource } from './token-source.ts'

/** Options of the credentials that get tokens from a developer tool. */
export interface DeveloperToolOptions {
  /** The tenant to get tokens in. Default: the tool's own. */
  tenantId?: string
  /** How long the tool may take, in milliseconds; default 10,000. 0 means no limit. */
  processTimeoutInMs?: number
  /**
   * Names of variables to pass to the tool although they look like secrets. It gets this process's environment without
   * variables that do (SECRET, PASSWORD, TOKEN, CREDENTIAL, PRIVATE, _KEY, CONNECTION_STRING), except those that it is
   * known to read.
   */
  toolEnvironmentVariables?: readonly string[] | undefined
  /**
   * With `false`, the tool is run for every call. By default its tokens are kept until they must be refreshed, or until
   * its profile file shows that somebody signed in or switched accounts; if there is no such file, for a minute at
   * most.
   */
  cache?: boolean
}

export interface DeveloperToolCredentialOptions extends MultiTenantTokenCredentialOptions, DeveloperToolOptions {}

/** Their options, in addition to those that all credentials share. */
export const toolOptions: OwnOptions<DeveloperToolCredentialOptions> = {
  tenantId: true,
  processTimeoutInMs: true,
  toolEnvironmentVariables: true,
  cache: true,
}

/** One kind of tool. The code that calls it is loaded with the first request. */
export interface ToolKind {
  location: ToolLocation
  load(): Promise<DeveloperTool>
}

const usualTimeoutMs = 10_000

/**
 * The tokens of the account that is signed in to a developer tool. The account is part of the cache key: whatever
 * changes the tool's profile file invalidates what was cached before. The tokens are kept only in memory, because the
 * tool has a store of its own.
 */
export class DeveloperToolSource {
  readonly #tokens: TokenSource<string | undefined>
  readonly #profile: Profile
  readonly #find: () => FoundProgram
  readonly #load: () => Promise<unknown>
  readonly #isCached: boolean
  #subject: Subject | undefined

  /** Throws a `TypeError` for a malformed option. */
  constructor(
    context: CredentialContext,
    kind: ToolKind,
    {
      tenantId: given,
      subscription,
      processTimeoutInMs,
      cache,
      toolEnvironmentVariables: variables = [],
    }: DeveloperToolOptions & { subscription?: string | undefined },
  ) {
    const { name: who, host, additionallyAllowedTenants: allowed } = context
    const tenantId = given || undefined
    if (tenantId !== undefined) checkTenant(tenantId, `${who}: tenantId`, context.quote)
    checkTenantArgument(tenantId, who, context.quote)
    checkSubscription(subscription, who, context.quote)
    checkTimeout(processTimeoutInMs, who)
    checkCache(cache, who)
    const { now, env } = host
    const tools = toolHostOf(host)
    const find = (): FoundProgram => findProgram(kind.location.programs(tools.platform), env, tools)
    this.#find = find
    const load = () => Promise.all([kind.load(), import('../developer-tools/ask-tool.ts')])
    this.#load = load
    this.#isCached = cache !== false
    this.#profile = new Profile(kind.location, env, tools, now)
    this.#tokens = new TokenSource({
      // Without a tenant of its own, the account may get tokens in any.
      context: { ...context, second: undefined, additionallyAllowedTenants: tenantId === undefined ? ['*'] : allowed },
      tenantId,
      async acquire({ scopes, tenantId: realm, claims }, signal) {
        checkScopeArguments(scopes, who, context.quote)
        checkTenantArgument(realm, who, context.quote)
        const [tool, { askTool }] = await load()
        const timeoutMs = processTimeoutInMs ?? usualTimeoutMs
        const options = { who, tool, find, host: tools, env, variables, timeoutMs, now }
        const issued = await askTool(options, { scopes, tenantId: realm, subscription, claims }, signal)
        return { ...issued, source: 'tool' }
      },
    })
  }

  /** Checks the stamp of the tool's profile file. */
  peek(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> | undefined {
    return this.#tokens.peek(scopes, options, this.#account())
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
   * Loads the code for calling the tool if its program and a profile exist: a chain does this while it waits for an
   * earlier member. It does not start the tool.
   */
  prepare(): void {
    if (this.#find().path !== undefined && this.#profile.stamp() !== undefined) this.#load().catch(() => undefined)
  }

  /**
   * What a failure depends on: the program that is found, and the tool's profile. While they stay the same, so does the
   * failure. `undefined` if there is a program but no file that shows its account.
   */
  evidence(): string | undefined {
    const { path, passedOver } = this.#find()
    if (path !== undefined && !this.#profile.hasFile) return undefined
    return [path ?? 'no program', ...passedOver, this.#profile.stamp() ?? 'no profile'].join('\n')
  }

  /** The account, as part of the cache key. Whatever was cached for another one is forgotten. */
  #account(): Subject {
    const id = this.#profile.current()
    const last = this.#subject
    if (last !== undefined && id === last.id && this.#isCached) return last
    this.#tokens.forget()
    const subject = last?.id === id ? last : { id }
    this.#subject = subject
    return subject
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
