import type { ClaimCondition } from './entries.ts'
import { fail, object, text } from './fields.ts'

/**
 * The conditions of a flexible federated credential
 * (https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials):
 * look-ups, operators and values in single quotes, joined by `and`. Throws a `TypeError` for anything that the language
 * does not have.
 */
export function claimConditions(value: unknown, path: string): ClaimCondition[] {
  const expression = typeof value === 'string' ? value : text(expressionOf(value, path), `${path}.value`)
  const conditions: ClaimCondition[] = []
  let rest = expression.trim()
  for (;;) {
    const [whole, claim = '', operator, quoted = ''] =
      /^claims\['([^']+)'\] (eq|matches) '((?:[^'\\]|\\.)*)'/.exec(rest) ?? []
    if (whole === undefined) {
      return fail(path, 'is not an expression of version 1', "Write it as claims['sub'] matches 'repo:contoso/*'.")
    }
    conditions.push({ claim, operator: operator === 'eq' ? 'eq' : 'matches', value: quoted.replace(/\\(.)/g, '$1') })
    rest = rest.slice(whole.length)
    if (rest === '') return conditions
    if (!rest.startsWith(' and '))
      return fail(path, 'contains something other than conditions', 'Join conditions with and.')
    rest = rest.slice(' and '.length)
  }
}

function expressionOf(value: unknown, path: string): unknown {
  const fields = object(value, path, ['value', 'languageVersion'])
  if (fields.languageVersion === 1) return fields.value
  return fail(`${path}.languageVersion`, 'is not 1', 'The language has only one version.')
}

/** Whether a token's claims meet a condition. */
export function meets(claims: Readonly<Record<string, unknown>>, { claim, operator, value }: ClaimCondition): boolean {
  const actual = claims[claim]
  if (typeof actual !== 'string') return false
  return operator === 'eq' ? actual === value : matchesWildcards(actual, value)
}

/** `*` stands for any number of characters, `?` for one. Takes time in proportion to both lengths at most. */
function matchesWildcards(text: string, pattern: string): boolean {
  let at = 0
  let place = 0
  let star = -1
  let resumed = 0
  while (at < text.length) {
    if (pattern[place] === '*') {
      star = place
      resumed = at
      place += 1
    } else if (pattern[place] === '?' || pattern[place] === text[at]) {
      place += 1
      at += 1
    } else if (star >= 0) {
      place = star + 1
      resumed += 1
      at = resumed
    } else {
      return false
    }
  }
  return /^\**$/.test(pattern.slice(place))
}
