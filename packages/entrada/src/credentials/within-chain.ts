import type { GetTokenOptions } from '../types.ts'

/** Marks the options of a call that a chain with other members makes. */
const mark: unique symbol = /* @__PURE__ */ Symbol('within a chain')

/** The same call as a chain makes it: a member that is not here should say so soon. */
export function withinChain(options: GetTokenOptions): GetTokenOptions {
  return { ...options, [mark]: true } as GetTokenOptions
}

export function isWithinChain(options: GetTokenOptions | undefined): boolean {
  return options !== undefined && mark in options
}
