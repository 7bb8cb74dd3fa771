import { type OutcomeKind, outcomeKinds } from './outcome-kind.ts'
import type { SeenExchange } from './seen-exchange.ts'

/** Which requests are shown. What is absent selects nothing. */
export interface Selection {
  /** A client id. */
  app?: string
  outcome?: OutcomeKind
  /** Words that are somewhere in what the page says of a request, in either case. */
  text?: string
}

/** Nobody searches for more. */
const maxText = 200

/** Reads a selection from a query; what it does not know is left out. */
export function readSelection(query: Readonly<Record<string, string | undefined>>): Selection {
  const outcome = outcomeKinds.find((kind) => kind === query.outcome)
  const text = query.text?.trim().slice(0, maxText)
  return {
    ...(query.app ? { app: query.app.toLowerCase() } : {}),
    ...(outcome ? { outcome } : {}),
    ...(text ? { text } : {}),
  }
}

/** Whether a request is among the selected ones. */
export function isSelected(exchange: SeenExchange, { app, outcome, text }: Selection): boolean {
  if (app !== undefined && exchange.clientId !== app) return false
  if (outcome !== undefined && exchange.kind !== outcome) return false
  if (text === undefined) return true
  const all = searched(exchange).join('\n').toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

function searched({ what, outcome, method, path, refusal, advice, fields, tokens }: SeenExchange): string[] {
  return [
    ...[what, outcome, `${method} ${path}`, refusal?.text ?? '', refusal?.remedy ?? '', advice ?? ''],
    ...fields.map(([name, value]) => `${name} ${value}`),
    ...tokens.map(({ name, content }) => `${name} ${JSON.stringify(content ?? {})}`),
  ]
}
