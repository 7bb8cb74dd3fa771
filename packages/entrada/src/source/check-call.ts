import type { Wait } from '../cache/flights.ts'
import { CredentialUnavailableError } from '../errors.ts'
import { authorityKind, checkTenant } from '../oauth/tenant.ts'
import { claimsParameter } from '../oauth/token-endpoint.ts'
import { abortError } from '../runtime/abort.ts'
import { textOfBase64url } from '../runtime/base64url.ts'
import { type Quote, quoted } from '../runtime/quoted.ts'
import type { AbortSignalLike, GetTokenOptions } from '../types.ts'
import { unreadableCall } from './unreadable-call.ts'

/** A scope token of RFC 6749, 3.3: printable ASCII except space, double quote and backslash. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Longer than any scope; keeps a caller's mistake out of the cache and the request. */
const maximumScope = 4096

/** The scopes of OpenID Connect, which can be combined with those of any resource. */
const openIdScopes = /^(?:openid|profile|email|offline_access)$/

/** One call to `getToken`, checked. */
export interface Call {
  scopes: readonly string[]
  tenantId: string | undefined
  claims: string | undefined
  enableCae: boolean
  wait: Wait
}

export interface CheckOptions {
  quote?: Quote | undefined
  /** Set if the call is passed on to others: a member of a chain may support what this library does not. */
  isPassedOn?: boolean
}

/** Claims in the form of a `WWW-Authenticate` header: base64 of JSON, which starts with a brace. */
const encodedClaims = /^e[\w+/-]+={0,2}$/

/**
 * Checks what a caller passed to `getToken`. Rejects with a `TypeError` that names the argument, what is wrong with it,
 * and the remedy, `CredentialUnavailableError` for what no credential of this library can do, or an `AbortError` if the
 * caller has aborted. Loaded with the first call that no cached token answers.
 */
export async function checkCall(
  who: string,
  scopes: unknown,
  options: GetTokenOptions | undefined,
  { quote, isPassedOn = false }: CheckOptions = {},
): Promise<Call> {
  if (options !== undefined && typeof options !== 'object') {
    throw new TypeError(
      `${who}: the options of getToken must be an object. Leave them out, or pass { tenantId, claims, enableCae, abortSignal }.`,
    )
  }
  const read = readCall(who, scopes, options)
  const list = parseScopes(read.scopes, who, quote)
  const { enableCae, abortSignal, proofOfPossessionOptions: proof } = read.own
  const tenantId = read.own.tenantId ?? undefined
  const given = read.own.claims ?? undefined
  if (tenantId !== undefined) checkTenant(tenantId, `${who}: tenantId`, quote)
  const claims = typeof given === 'string' && encodedClaims.test(given) ? textOfBase64url(given) : given
  if (claims !== undefined) claimsParameter(claims, true, who)
  if (enableCae !== undefined && typeof enableCae !== 'boolean')
    throw new TypeError(`${who}: enableCae must be true or false.`)
  if (abortSignal != null && !read.hasSignal) {
    throw new TypeError(`${who}: abortSignal is not an AbortSignal. Pass the signal of an AbortController.`)
  }
  const { timeoutMs } = read
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    throw new TypeError(`${who}: requestOptions.timeout must be a number of milliseconds.`)
  }
  if (proof != null && !isPassedOn) {
    throw new CredentialUnavailableError({
      who,
      reason:
        'proofOfPossessionOptions asks for a token that is valid for a single request, and only bearer tokens are supported.',
      remedy: 'Leave the option out, or use InteractiveBrowserCredential of @azure/identity with its broker.',
    })
  }
  if (read.isAborted) throw abortError(`${who}: the caller aborted getToken.`)
  // 0 means no limit, as in the pipeline of the Azure SDK.
  const wait = { signal: abortSignal ?? undefined, timeoutMs: timeoutMs || undefined, trace: read.trace || undefined }
  return { scopes: list, tenantId, claims, enableCae: enableCae === true, wait }
}

/** All that a call says, read once: whatever the caller's getters and proxies do, what is checked is what is used. */
function readCall(who: string, given: unknown, options: GetTokenOptions | undefined) {
  try {
    const scopes: unknown = Array.isArray(given) ? [...given] : given
    // Own properties alone: what other code has put into `Object.prototype` is no option.
    const own: GetTokenOptions = Object.assign(Object.create(null), options)
    const { abortSignal, requestOptions, tracingOptions, proofOfPossessionOptions: proof } = own
    // Chains tell calls apart by its text.
    if (proof != null) JSON.stringify(proof)
    return {
      scopes,
      own,
      hasSignal: abortSignal != null && isSignal(abortSignal),
      isAborted: abortSignal?.aborted === true,
      timeoutMs: requestOptions?.timeout,
      trace: tracingOptions?.tracingContext,
    }
  } catch (error) {
    return unreadableCall(who, error)
  }
}

/** Whether a listener can be added and removed, which would else fail when the call is over. */
function isSignal({ addEventListener, removeEventListener }: AbortSignalLike): boolean {
  return typeof addEventListener === 'function' && typeof removeEventListener === 'function'
}

/** Whether a value is one scope in the form that requests use. */
function isScope(scope: unknown): scope is string {
  return typeof scope === 'string' && scope.length <= maximumScope && scopeToken.test(scope)
}

/**
 * The caller's scopes as a list. Spaces around a scope are dropped, and a string may contain several scopes of one
 * resource, separated by spaces (RFC 6749, 3.3). Throws a `TypeError` that begins with `who` for none, an empty one,
 * scopes of several resources in one string, or characters that a scope cannot have.
 */
export function parseScopes(scopes: unknown, who: string, quote: Quote = quoted): readonly string[] {
  const list: unknown[] = Array.isArray(scopes) ? scopes : [scopes]
  const fault = (what: string): TypeError =>
    new TypeError(`${who}: ${what}. Pass a scope such as "https://storage.azure.com/.default".`)
  if (scopes === undefined || scopes === null || list.length === 0) throw fault('getToken needs a scope')
  return list.flatMap((scope) => {
    if (typeof scope !== 'string') throw fault(`scope is ${scope === null ? 'null' : typeof scope}, not a string`)
    const parts = scope.split(' ').filter((part) => part !== '')
    if (parts.length === 0) throw fault('scope is empty')
    if (scope.length > maximumScope) throw fault(`scope is longer than ${maximumScope} characters`)
    if (!parts.every(isScope)) {
      throw fault(`scope ${quote(scope)} contains characters that a scope cannot have`)
    }
    if (new Set(parts.filter((part) => !openIdScopes.test(part)).map(resourceIn)).size > 1) {
      throw fault(`scope ${quote(scope)} names several resources. Ask for the scopes of one at a time, as a list`)
    }
    return parts
  })
}

/** The part of a scope before the permission. A permission without a resource belongs to Microsoft Graph. */
function resourceIn(scope: string): string {
  return scope.slice(0, Math.max(0, scope.lastIndexOf('/')))
}

export interface TenantRules<Tenant extends string | undefined = string> {
  /** Name of the credential, for the error. */
  credential: string
  /** The credential's own tenant, if that is known. */
  tenantId: Tenant
  /** Further tenants that a call may ask for; `*` means any. */
  additionallyAllowedTenants: readonly string[]
  /** `AZURE_IDENTITY_DISABLE_MULTITENANTAUTH`: a call's tenant is ignored. */
  isMultiTenantDisabled: boolean
  /** How the error repeats the tenant that was asked for. */
  quote?: Quote
}

/**
 * The tenant that a call goes to. Throws a `CredentialUnavailableError` if the credential may not ask there. Tenants
 * are compared without regard to case, as Entra ID does.
 */
export function resolveTenant<Tenant extends string | undefined>(
  requested: string | undefined,
  rules: TenantRules<Tenant>,
): Tenant | string {
  const { tenantId, additionallyAllowedTenants: allowed } = rules
  if (requested === undefined || requested === tenantId) return tenantId
  if (rules.isMultiTenantDisabled || authorityKind(tenantId) === 'adfs') return tenantId
  const same = (other: string): boolean => other.toLowerCase() === requested.toLowerCase()
  if (tenantId !== undefined && same(tenantId)) return tenantId
  if (allowed.includes('*') || allowed.some(same)) return requested
  throw tenantRefusal(requested, rules)
}

/**
 * The error of a call for a tenant in which the credential may not ask, in the words that users of the SDK match on.
 */
function tenantRefusal(
  requested: string | undefined,
  { credential: who, quote = quoted }: TenantRules<string | undefined>,
): CredentialUnavailableError {
  const shown = quote(requested)
  const remedy = `Add ${shown} to additionallyAllowedTenants, or "*" to allow any tenant.`
  const tenant = shown.replaceAll('"', '')
  const reason = `The current credential is not configured to acquire tokens for tenant ${tenant}.`
  return new CredentialUnavailableError({ who, reason, remedy })
}
