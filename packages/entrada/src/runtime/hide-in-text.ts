import { longestForeignText } from './one-line.ts'

/** Where something begins and ends in a text. */
export type Range = readonly [start: number, end: number]

/** A text with its escapes decoded, and where each character begins in the text as it came; the last entry is its end. */
interface Reading {
  text: string
  starts: readonly number[]
}

/** How long an escaped character is: `&#x00e4;`. */
const longestEscape = 8

/** How often a server or a tool may have encoded what it repeats. */
const deepest = 5

/** One character, percent-encoded, or as JSON, a program or HTML writes it. */
const escaped =
  /%([\da-f]{2})|\\(?:u([\da-f]{4})|x([\da-f]{2})|(["'\\/bfnrt]))|&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));?/gi

const named: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" },
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
}

/**
 * The text, cut to 16 KiB, with `***` in place of whatever `find` finds in it: in the text as it is, and as it reads when its escapes
 * are decoded, several times over. Of a text of up to `longest` characters that begins before the cut nothing is left, though every
 * character of it may be escaped. Work is in proportion to the text.
 */
export function hideInText(text: string, find: (text: string) => Iterable<Range>, longest = 0): string {
  const seen = longestForeignText + Math.min(longestForeignText, longestEscape * longest)
  const found = readingsOf(text.slice(0, seen)).flatMap(({ text: plain, starts }) =>
    [...find(plain)].map(([start, end]): Range => [starts[start] as number, starts[end] as number]),
  )
  const end = Math.min(text.length, longestForeignText)
  let clean = ''
  let at = 0
  for (const [from, to] of merged(found)) {
    if (from >= end) break
    clean += `${text.slice(at, from)}***`
    at = to
  }
  return clean + text.slice(at, Math.max(at, end))
}

/** A text as it is, and as it reads with its escapes decoded once, twice, and so on, until it has none. */
export function readings(text: string): string[] {
  return readingsOf(text).map((reading) => reading.text)
}

function readingsOf(text: string): Reading[] {
  const all: Reading[] = []
  let reading: Reading | undefined = { text, starts: Array.from({ length: text.length + 1 }, (_, index) => index) }
  while (reading !== undefined && all.length <= deepest) {
    all.push(reading)
    reading = decoded(reading)
  }
  return all
}

/** The text with its escapes decoded once, or `undefined` if it has none. */
function decoded({ text, starts }: Reading): Reading | undefined {
  if (!/[%\\&]/.test(text)) return undefined
  const parts: string[] = []
  const begins: number[] = []
  let at = 0
  for (const match of text.matchAll(escaped)) {
    const [raw] = match
    const character = characterOf(match)
    for (let index = at; index < match.index; index++) begins.push(starts[index] as number)
    for (let unit = 0; unit < character.length; unit++) begins.push(starts[match.index] as number)
    parts.push(text.slice(at, match.index), character)
    at = match.index + raw.length
  }
  if (at === 0) return undefined
  for (let index = at; index <= text.length; index++) begins.push(starts[index] as number)
  return { text: parts.join('') + text.slice(at), starts: begins }
}

function characterOf([raw, byte, unit, code, letter, hex, digits, name]: RegExpMatchArray): string {
  const word = letter ?? name?.toLowerCase()
  if (word !== undefined) return named[word.toLowerCase()] ?? word
  const point = digits === undefined ? Number.parseInt(byte ?? unit ?? code ?? hex ?? '', 16) : Number(digits)
  return point <= 0x10ffff ? String.fromCodePoint(point) : raw
}

/** The ranges in order. Those that overlap become one. */
function merged(ranges: Range[]): Range[] {
  const whole: [number, number][] = []
  for (const [start, end] of ranges.sort(([left], [right]) => left - right)) {
    const last = whole.at(-1)
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end)
    else if (start < end) whole.push([start, end])
  }
  return whole
}
