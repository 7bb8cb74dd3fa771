import { expect, test } from 'vitest'
import { oneLine, sentence } from '../../src/runtime/one-line.ts'

test.each<[what: string, text: string, longest: number, line: string]>([
  ['what fits is whole', 'one two', 7, 'one two'],
  ['a word is not cut', 'some words, and some more', 20, 'some words, and...'],
  ['no comma stays at the end', 'some words, and some more', 16, 'some words...'],
  ['a very long word is cut', 'x'.repeat(100), 50, `${'x'.repeat(47)}...`],
  ['no half of a character stays', `${'x'.repeat(46)}😀${'x'.repeat(50)}`, 50, `${'x'.repeat(46)}...`],
  ['line breaks and bidirectional controls are blanks', ' a\r\n\u202eb\u2028c ', 10, 'a b c'],
])('%s', (_, text, longest, line) => {
  expect(oneLine(text, longest)).toBe(line)
  expect(oneLine(text, longest).length).toBeLessThanOrEqual(longest)
})

test.each(['It failed.', 'Did it fail?', 'It failed!', 'It went on...'])('%j is a sentence already', (words) => {
  expect(sentence(words)).toBe(words)
})

test('other words become one', () => {
  expect(sentence('it failed (HTTP 500)')).toBe('it failed (HTTP 500).')
})
