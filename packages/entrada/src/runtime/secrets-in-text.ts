import { hideInText, type Range } from './hide-in-text.ts'
import { finderOf, longestOf } from './known-secrets.ts'

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

/**
 * The text, cut to 16 KiB, with `***` for known secrets and for whatever looks like one, however it is encoded: in
 * percent-encoding, as JSON or HTML, several times over; what is known also in base64.
 */
export function withoutSecrets(text: string, known: readonly string[] = []): string {
  const findKnown = finderOf(known)
  const patterns = [...fields(), afterScheme, printedToken]
  const find = (plain: string): Range[] => [
    ...findKnown(plain),
    ...patterns.flatMap((pattern) => placesOf(pattern, plain)),
    ...placesOf(longRun, plain),
    ...placesOf(run, plain, isToken),
  ]
  return hideInText(text, find, longestOf(known))
}

/** Where a pattern matches, without the name or scheme that its first group holds. */
function placesOf(pattern: RegExp, text: string, test: (word: string) => boolean = () => true): Range[] {
  return [...text.matchAll(pattern)]
    .filter(([word]) => test(word))
    .map(({ 0: whole, 1: name = '', index }) => [index + name.length, index + whole.length])
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
