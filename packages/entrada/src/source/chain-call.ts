import type { GetTokenOptions } from '../types.ts'

/** The key of the call option that marks a call by a chain with several members. */
const chainCall: unique symbol = /* @__PURE__ */ Symbol('chain call')

/** How a chain asks its members. */
export interface ChainCall {
  /** Whether a member may answer from its memory of an earlier failure, or must try again. */
  memory: 'with-memory' | 'from-scratch'
  /** How long the first of the callers would wait, in milliseconds; `undefined` if it set no limit. */
  timeoutMs?: number | undefined
}

/** The same call, marked as a chain's: a member that is not available here should say so soon. */
export function withinChain(options: GetTokenOptions | undefined, call: ChainCall): GetTokenOptions {
  return { ...options, [chainCall]: call } as GetTokenOptions
}

/** How a chain makes this call; `undefined` for a call that does not come from a chain. */
export function chainCallOf(options: GetTokenOptions | undefined): ChainCall | undefined {
  return (options as { [chainCall]?: ChainCall } | undefined)?.[chainCall]
}
