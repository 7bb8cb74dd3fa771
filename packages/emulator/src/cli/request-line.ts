import type { AnsweredRequest } from '../api/options.ts'

/** One line of the request log: the time, the request and who sent it, the response, and for a refusal the remedy. */
export function requestLine({ at, method, path, status, what, fields, outcome, refusal }: AnsweredRequest): string {
  const asked = fields.find(([name]) => name === 'scope' || name === 'resource')?.[1]
  const request = `${method} ${path}  ${what}${asked === undefined ? '' : ` for ${asked}`}`
  const remedy = refusal?.remedy === undefined ? '' : ` Remedy: ${refusal.remedy}`
  const answer = refusal === undefined ? outcome : `${refusal.text}${remedy}`
  return `${printable(`${at.slice(11, 19)}  ${status ?? '---'}  ${request}: ${answer}`)}\n`
}

/** What a client sent must neither start a new line nor control the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
}
