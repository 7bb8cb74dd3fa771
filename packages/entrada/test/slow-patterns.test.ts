import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('../src/', import.meta.url))

/** Every literal of a pattern in the source, with its place. */
const patterns = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => literalsIn(readFileSync(join(source, file), 'utf8')).map((pattern) => [file, pattern] as const))

/** Literals follow what an expression can begin after; comments and texts are left out first. */
function literalsIn(text: string): RegExp[] {
  const code = text.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')
  const literal =
    /(?:[=(,:?[!&|;]|\breturn|=>)\s*\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])*)\/([dgimsuvy]*)/g
  return [...code.matchAll(literal)].flatMap(([, body = '', flags = '']) => {
    try {
      return [new RegExp(body, flags.includes('g') || flags.includes('y') ? flags : `${flags}g`)]
    } catch {
      return []
    }
  })
}

/** Pieces that make patterns go back, and what is in the pattern itself. */
function pumpsFor({ source: body }: RegExp): string[] {
  const words = body.match(/[A-Za-z0-9_.\-:%/=]{2,12}/g) ?? []
  const common = [
    'a',
    '0',
    ' ',
    '/',
    '\\',
    '-',
    '=',
    '"',
    '.',
    ':',
    '\n',
    '\r\n',
    'ey',
    'a.',
    'a-',
    '\t ',
    '[',
    '<',
    '{',
    '%2',
    '=\n',
    '-----BEGIN X-----\n',
  ]
  return [...new Set([...common, ...words.slice(0, 8)])]
}

const small = 2_000
/** What a pattern that looks at every place once would need, many times over. */
const growth = 8

function milliseconds(pattern: RegExp, text: string): number {
  const started = performance.now()
  pattern.lastIndex = 0
  text.replace(pattern, '')
  return performance.now() - started
}

test('the patterns of the source are found', () => {
  expect(patterns.length).toBeGreaterThan(120)
})

test('no pattern takes time that grows faster than the text', { timeout: 120_000 }, () => {
  const slow: string[] = []
  for (const [file, pattern] of patterns) {
    for (const pump of pumpsFor(pattern)) {
      const textOf = (length: number): string => `x${pump.repeat(length / pump.length)}\u0000`
      // Quadratic ones show at 16 kB, which is what any of them sees at most. A machine that is busy elsewhere may make
      // one look slow once, and not every time.
      const isSlow = (): boolean => {
        const least = Math.max(milliseconds(pattern, textOf(small)), 0.05)
        return milliseconds(pattern, textOf(small * 8)) > least * 8 * growth
      }
      if ([1, 2, 3, 4, 5].every(isSlow)) slow.push(`${file}: /${pattern.source}/ on ${JSON.stringify(pump)}`)
    }
  }
  expect(slow).toEqual([])
})
