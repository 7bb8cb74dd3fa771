import type { Wait } from '../cache/flights.ts'
import { claimsParameter } from '../oauth/claims.ts'
import { parseScopes } from '../oauth/scopes.ts'
import { checkTenant } from '../oauth/tenant.ts'
import type { GetTokenOptions } from '../types.ts'

/** One call to `getToken`, checked. */
export interface Call {
  scopes: readonly string[]
  tenantId: string | undefined
  claims: string | undefined
  enableCae: boolean
  wait: Wait
}

/** Checks what a caller passed to `getToken`. Throws a `TypeError` that names the argument, its fault and the mend. */
export function checkCall(who: string, scopes: unknown, options: GetTokenOptions | undefined): Call {
  const list = parseScopes(scopes, who)
  if (options !== undefined && typeof options !== 'object') {
    throw new TypeError(
      `${who}: the options of getToken are no object. Leave them out, or pass { tenantId, claims, enableCae, abortSignal }.`,
    )
  }
  const { tenantId, claims, enableCae, abortSignal, requestOptions } = options ?? {}
  if (tenantId !== undefined) checkTenant(tenantId, `${who}: tenantId`)
  if (claims !== undefined) claimsParameter(claims, true, who)
  if (enableCae !== undefined && typeof enableCae !== 'boolean')
    throw new TypeError(`${who}: enableCae must be true or false.`)
  if (abortSignal !== undefined && abortSignal !== null && typeof abortSignal.addEventListener !== 'function') {
    throw new TypeError(`${who}: abortSignal is no signal. Pass the signal of an AbortController.`)
  }
  const timeoutMs = requestOptions?.timeout
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    throw new TypeError(`${who}: requestOptions.timeout must be a number of milliseconds.`)
  }
  // 0 is "no limit", as in the Azure SDK's pipeline.
  const wait = { signal: abortSignal ?? undefined, timeoutMs: timeoutMs || undefined }
  return { scopes: list, tenantId, claims, enableCae: enableCae === true, wait }
}
