/** The kinds of outcome that requests are told apart by. */
export const outcomeKinds = ['issued', 'refused', 'dropped', 'answered'] as const

/** `issued` is a token or a code; `answered` is everything else that went well. */
export type OutcomeKind = (typeof outcomeKinds)[number]
