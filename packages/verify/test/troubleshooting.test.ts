import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { rejections } from '../src/rejection/rejections.ts'
import { KeysUnavailable } from '../src/rejection/token-rejected.ts'

const page = await readFile(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8')
const section = page.slice(page.indexOf('## A token is rejected'))
const headings = [...section.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)

test('every rejection has its heading, in the order in which a token is looked at', () => {
  const words = Object.values(rejections).map(({ description }) => description)
  words.push(new KeysUnavailable('https://login.example', 'fetch failed').reason)
  expect(headings.length).toBe(words.length)
  for (const [place, heading] of headings.entries()) expect(words[place]).toMatch(heading)
})
