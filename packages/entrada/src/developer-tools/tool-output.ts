import { longestForeignText, oneLine } from '../runtime/one-line.ts'
import { withoutSecrets } from '../runtime/secrets-in-text.ts'
import type { ToolEnd, ToolFailure } from './tool.ts'

/** The longest part of a tool's output that goes into an error. */
const longest = 400

/** Colours, cursor movements and titles (ECMA-48), a byte order mark, and every other unprintable character. */
const unprintable =
  /* biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed */
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]|\ufeff|[^\S\r\n]|[\p{Cc}\p{Cf}]/gu

/** The text without escape sequences and invisible characters; its line breaks are kept. */
export function plain(text: string): string {
  return text.replace(unprintable, (match) =>
    match === '\n' || match === '\r' ? match : /^\s$/u.test(match) ? ' ' : '',
  )
}

/** A tool's output as part of an error message: one line, of bounded length, without tokens and the secrets that it was given. */
export function messageFrom(output: string, secrets: readonly string[] = []): string {
  const clean = withoutSecrets(plain(output.slice(0, longestForeignText)), secrets)
  return oneLine(clean.replace(/\s+/g, ' '), longest)
}

/** Why a tool failed, according to its stderr, without tokens. */
export function failureFrom(title: string, { code, stderr, secrets }: ToolEnd): ToolFailure {
  const message = messageFrom(stderr, secrets)
  const how = code === undefined ? 'was killed' : `ended with code ${code}`
  return { reason: message === '' ? `${title} ${how} and printed no reason` : message }
}
