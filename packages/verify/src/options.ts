import type { Fetch } from './keys/fetch-key-set.ts'
import { type KeySet, readKeySet, type SigningKey } from './keys/key-set.ts'
import type { KeysUnavailable, TokenRejected } from './rejection/token-rejected.ts'
import { type Cloud, type CloudName, readCloud } from './rules/clouds.ts'
import { isGuid } from './rules/guid.ts'
import type { Permission, Requirements } from './rules/permissions.ts'

/** Which tokens are taken. */
export interface AccessTokensOptions extends Requirements {
  /**
   * Names of this API, compared character by character with the claim `aud`. A client id stands for itself and for
   * `api://{client id}`; list every other App ID URI as clients write it, with and without a slash at the end.
   */
  readonly audience: string | readonly string[]
  /** Ids of the tenants whose tokens are taken, or `'any'`: then look at `tenantId` yourself. */
  readonly tenants: readonly string[] | 'any'
  /** Whose tokens are taken: `'public'` (default), `'us-government'`, `'china'`, an authority's URL, or what has a `url`. */
  readonly clouds?: CloudName | readonly CloudName[]
  /** Seconds by which clocks may differ, 0 to 300. Default 0: Entra ID backdates its tokens by five minutes. */
  readonly clockTolerance?: number
  /** The issuers' keys, in place of asking for them: for tests, and where nothing may be fetched. They do not change. */
  readonly keys?: KeySet
  /** Address of this API, if clients are to find out by it how to get a token (RFC 9728); MCP clients do. */
  readonly resource?: string
  /** How many verified tokens are remembered, by their hash. Default 10,000; 0 for none. */
  readonly remember?: number
  /** Fetches keys. Default `fetch`. */
  readonly fetch?: Fetch
  /** Called for whatever is not accepted, with words for a log. What it throws is ignored. */
  readonly onRejected?: (error: TokenRejected | KeysUnavailable) => unknown
  /** @internal The clocks, for tests: wall clock, and one that nobody sets, both in milliseconds. */
  readonly host?: { readonly now?: () => number; readonly monotonic?: () => number }
}

/** The options, checked, with their defaults. */
export interface ReadOptions {
  readonly audiences: ReadonlySet<string>
  readonly tenants: ReadonlySet<string> | 'any'
  readonly clouds: readonly Cloud[]
  readonly required: Requirements
  /** In milliseconds. */
  readonly tolerance: number
  readonly keys: ReadonlyMap<string, SigningKey> | undefined
  readonly resource: string | undefined
  readonly remember: number
  readonly fetch: Fetch
  readonly onRejected: AccessTokensOptions['onRejected']
  readonly now: () => number
  readonly monotonic: () => number
}

const names: Readonly<Record<keyof AccessTokensOptions, true>> = {
  audience: true,
  tenants: true,
  clouds: true,
  allowedClients: true,
  requiredScopes: true,
  requiredRoles: true,
  clockTolerance: true,
  keys: true,
  resource: true,
  remember: true,
  fetch: true,
  onRejected: true,
  host: true,
}

/** Checks and completes the options. Throws a `TypeError` that names the option, the fault and the remedy. */
export function readOptions(options: AccessTokensOptions): ReadOptions {
  if (typeof options !== 'object' || options === null) {
    throw wrong('options', 'must be an object', 'Give audience and tenants at least')
  }
  const { clockTolerance = 0, clouds = 'public', remember = 10_000, host = {}, resource, keys } = options
  // A misspelt rule would be no rule.
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name))
  if (unknown !== undefined)
    throw wrong(unknown, 'is not an option', `The options are ${Object.keys(names).slice(0, -1).join(', ')}`)
  if (!(clockTolerance >= 0 && clockTolerance <= 300)) {
    throw wrong('clockTolerance', `must not be ${clockTolerance}`, 'Use 0 to 300 seconds')
  }
  if (!(Number.isInteger(remember) && remember >= 0))
    throw wrong('remember', `must not be ${remember}`, 'Use a number of tokens')
  const list = Array.isArray(clouds) ? (clouds as readonly CloudName[]) : [clouds as CloudName]
  if (list.length === 0) throw wrong('clouds', 'must not be empty', "Leave it out for 'public'")
  const { onRejected } = options
  return {
    audiences: readAudiences(options.audience),
    tenants: readTenants(options.tenants),
    clouds: list.map(readCloud),
    required: readRequirements(options),
    tolerance: clockTolerance * 1000,
    keys: keys === undefined ? undefined : readKeys(keys),
    resource: resource === undefined ? undefined : readResource(resource),
    remember,
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    onRejected,
    now: host.now ?? Date.now,
    monotonic: host.monotonic ?? host.now ?? (() => performance.now()),
  }
}

/** Checks what one route requires. Throws a `TypeError`. */
export function readRouteRequirements(given: Requirements): Requirements {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(
      'verify: the requirements must be an object. Pass one, or nothing; tokens.map(verify) passes numbers.',
    )
  }
  const known = ['requiredScopes', 'requiredRoles', 'allowedClients']
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw wrong(unknown, 'is not something that a route can require', `Use ${known.join(', ')}`)
  return readRequirements(given)
}

function readRequirements(given: Requirements): Requirements {
  const { requiredScopes, requiredRoles, allowedClients } = given
  const clients = allowedClients?.map((client) => (typeof client === 'string' ? client.toLowerCase() : client))
  if (clients !== undefined && !(clients.length > 0 && clients.every(isGuid))) {
    throw wrong('allowedClients', 'must be a list of client ids', 'Use GUIDs')
  }
  return {
    ...(requiredScopes && { requiredScopes: readPermissions('requiredScopes', requiredScopes) }),
    ...(requiredRoles && { requiredRoles: readPermissions('requiredRoles', requiredRoles) }),
    ...(clients && { allowedClients: clients }),
  }
}

function readPermissions(option: string, given: readonly Permission[]): readonly Permission[] {
  const isName = (name: unknown): boolean => typeof name === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name)
  const isPermission = (each: Permission): boolean =>
    Array.isArray(each) ? each.length > 0 && each.every(isName) : isName(each)
  if (Array.isArray(given) && given.length > 0 && given.every(isPermission)) return given
  throw wrong(option, 'must be a list of names', "Write the claim's values, such as ['Files.Read'], without api://")
}

function readAudiences(given: string | readonly string[]): ReadonlySet<string> {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (
    list.length === 0 ||
    !list.every((each) => typeof each === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(each))
  ) {
    throw wrong(
      'audience',
      'must be a name or a list of names',
      "Use the API's client id, or its App ID URI such as api://orders",
    )
  }
  return new Set(
    (list as string[]).flatMap((each) => (isGuid(each.toLowerCase()) ? ofClientId(each.toLowerCase()) : [each])),
  )
}

function ofClientId(clientId: string): string[] {
  return [clientId, `api://${clientId}`]
}

function readTenants(given: readonly string[] | 'any'): ReadonlySet<string> | 'any' {
  if (given === 'any') return given
  const ids = Array.isArray(given) ? given.map((each) => String(each).toLowerCase()) : []
  if (ids.length > 0 && ids.every(isGuid)) return new Set(ids)
  throw wrong(
    'tenants',
    'must be a list of tenant ids',
    "Use GUIDs, which tokens have in place of domain names, or 'any'",
  )
}

function readKeys(given: KeySet): ReadonlyMap<string, SigningKey> {
  const keys = readKeySet(given)
  if (keys !== undefined) return keys
  throw wrong(
    'keys',
    'must be a key set with RSA keys of 2,048 bits or more',
    'Pass what an issuer publishes: { keys: […] }',
  )
}

function readResource(given: string): string {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hash === '' && !/["\\\s]/.test(given)) return given
  throw wrong('resource', 'must be an address', 'Use the URL that clients call, such as https://api.example/mcp')
}

function wrong(option: string, fault: string, remedy: string): TypeError {
  return new TypeError(`accessTokens: ${option} ${fault}. ${remedy}.`)
}
