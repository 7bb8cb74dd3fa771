import { hideInText } from '../runtime/hide-in-text.ts'
import { finderOf, longestOf } from '../runtime/known-secrets.ts'

/** Form fields and headers whose values no text may repeat. */
const secretFields = /secret|password|token|code|verifier|(?:^|_)assertion$/
const secretHeaders = /authorization|secret|header|token|key|cookie/i

/** Shorter values occur in ordinary words: removing them would make a text unreadable and hide nothing. */
const shortest = 4

/** The parts of a request that may be secret. */
interface RequestText {
  body?: string
  headers: Readonly<Record<string, string>>
}

/** Removes a request's secrets from a text, however they are encoded there. */
export function requestRedaction({ body, headers }: RequestText): (text: string) => string {
  const fields = [...new URLSearchParams(body ?? '')].filter(([name]) => secretFields.test(name))
  const named = Object.entries(headers).filter(([name]) => secretHeaders.test(name))
  const values = [...fields, ...named].map(([, value]) => value.replace(/^bearer /i, ''))
  const secrets = values.filter((value) => value.length >= shortest)
  const find = finderOf(secrets)
  return (text) => hideInText(text, find, longestOf(secrets))
}
