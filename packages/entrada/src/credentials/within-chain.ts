import type { GetTokenOptions } from '../types.ts'

/** Marks the options of a call that a chain with other members makes. */
const mark: unique symbol = /* @__PURE__ */ Symbol('within a chain')

/** How a chain asks: `anew` asks whatever is known from before. */
type Asked = 'again' | 'anew'

/** The same call as a chain makes it: a member that is not here should say so soon. */
export function withinChain(options: GetTokenOptions | undefined, asked: Asked): GetTokenOptions {
  return { ...options, [mark]: asked } as GetTokenOptions
}

/** `undefined` for a call that no chain makes. */
export function askedWithinChain(options: GetTokenOptions | undefined): Asked | undefined {
  return (options as { [mark]?: Asked } | undefined)?.[mark]
}
