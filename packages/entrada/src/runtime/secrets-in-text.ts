import { longestForeignText } from './one-line.ts'

/**
 * Removes what looks like a secret from the text of a server or a tool before people see it. The work is bounded whatever
 * the text: it is cut first, and no pattern backtracks further than its own bound.
 */

/** Names of fields with secrets in them, in a form, a header or a log. */
const names =
  'access_?token|refresh_?token|id_?token|client_?secret|client_?assertion|assertion|password|passwd|device_?code|code_?verifier|account_?key|shared_?access_?key|api_?key|authorization'

/** What follows the name of an HTTP authentication scheme, unless it is merely a word about the scheme. */
const afterScheme =
  /(\b(?:Bearer|Basic|SharedAccessSignature)[ \t]{1,9})(?!(?:tokens?|auth\w{0,20}|scheme|realm|challenge|error|is|was|in|for|and|or)\b)[^\s"',;]+/gi

/** The marker after which PowerShell is told to print a token. */
const printedToken = /(azsdk%)[^%\s]+/g

/** Runs of characters too long to be anything but a secret, even across lines. */
const longRun = /[\w+=~.-]{60,}(?:\r?\n[\w+=~.-]{60,})*(?:\r?\n[\w+=~.-]{20,})?/g

const run = /[\w+=~.-]{15,}/g
const guid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi

/** Fields of JSON, also of JSON that is a string of JSON; and `refresh_token: x`, `client_secret=x`, `sig=x`. */
function fields(): readonly RegExp[] {
  const value = String.raw`[^\s"'&,;}\\]+`
  const inJson = String.raw`(\\?"(?:${names}|token|secret)\\?"\s{0,9}:\s{0,9}\\?")[^"\\]*`
  // Names that are also everyday words count only before an equals sign.
  const named = String.raw`(?:${names})["'\\]{0,3}\s{0,9}[:=]|(?:sig|signature|code|token|secret|key)\s{0,9}=`
  const elsewhere = String.raw`(\b(?:${named})\s{0,9}["'\\]{0,3})(?!(?:Bearer|Basic)\b)${value}`
  return [new RegExp(inJson, 'gi'), new RegExp(elsewhere, 'gi')]
}

/** The text, cut to 16 KiB, with `***` for known secrets, however they are percent-encoded, and for whatever looks like one. */
export function withoutSecrets(text: string, known: readonly string[] = []): string {
  const clean = known.reduce(withoutKnown, text.slice(0, longestForeignText))
  return [...fields(), afterScheme, printedToken]
    .reduce((words, pattern) => words.replace(pattern, '$1***'), clean)
    .replace(longRun, '***')
    .replace(run, (word) => (isToken(word) ? '***' : word))
}

/** A server may percent-encode any character of what it repeats, in either case, and more than once. */
function withoutKnown(text: string, secret: string): string {
  if (!text.includes('%')) return secret === '' ? text : text.replaceAll(secret, '***')
  const units = [...text.matchAll(/%(?:25){0,3}([\da-f]{2})|[\s\S]/gi)]
  const decoded = units.map(([raw, hex]) => (hex === undefined ? raw : String.fromCharCode(Number.parseInt(hex, 16))))
  const plain = decoded.join('')
  let clean = ''
  let at = 0
  for (let found = plain.indexOf(secret); secret !== '' && found >= 0; found = plain.indexOf(secret, at)) {
    clean += `${rawOf(units, at, found)}***`
    at = found + secret.length
  }
  return at === 0 ? text : clean + rawOf(units, at, units.length)
}

function rawOf(units: readonly RegExpMatchArray[], from: number, to: number): string {
  return units
    .slice(from, to)
    .map(([raw]) => raw)
    .join('')
}

/** A JWT, or letters and digits mixed as in no word or name. Ids (GUIDs) do not count. */
function isToken(word: string): boolean {
  if (/eyJ[\w-]{8}|ey[\w-]{10,60}\./.test(word)) return true
  const rest = word.replace(guid, '')
  if (rest.length < 20 || !/\d/.test(rest)) return false
  let changes = 0
  for (let at = 1; at < rest.length; at++) {
    const [before, after] = [kindOf(rest.charCodeAt(at - 1)), kindOf(rest.charCodeAt(at))]
    // In names, words begin with a capital letter.
    const isWord = before === 'upper' && after === 'lower'
    if (before !== after && before !== 'other' && after !== 'other' && !isWord) changes++
  }
  return changes / rest.length >= 0.25
}

function kindOf(code: number): 'digit' | 'upper' | 'lower' | 'other' {
  if (code >= 48 && code <= 57) return 'digit'
  if (code >= 65 && code <= 90) return 'upper'
  return code >= 97 && code <= 122 ? 'lower' : 'other'
}
