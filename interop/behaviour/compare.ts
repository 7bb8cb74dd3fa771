import { readFileSync } from 'node:fs'
import * as identity from '@azure/identity'
import * as entrada from 'entrada'
import { describe, expect, test } from 'vitest'
import type { Library, Row } from './row.ts'

const guide = readFileSync(new URL('../../docs/migrating.md', import.meta.url), 'utf8')
/** What `@azure/identity` does, row by row. */
const rowsOfGuide = [...guide.matchAll(/^\| (.*?) +\|/gm)].map(([, cell = '']) => cell)

/** Tests every row of the themes: that each library does what the row says, and that the guide tells of a difference. */
export function compare(themes: Readonly<Record<string, readonly Row[]>>): void {
  describe.each(Object.entries(themes))('%s', (_, rows) => {
    test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
      const [peer, ours] = 'both' in row ? [row.both, row.both] : [row.peer, row.ours]
      expect(await row.see(identity), 'what @azure/identity does').toEqual(peer)
      // A program that changes its import passes what it passed before, whatever the types say.
      expect(await row.see(entrada as unknown as Library), 'what entrada does').toEqual(ours)
      if ('both' in row) return
      expect(ours, 'what differs on purpose').not.toEqual(peer)
      const isTold = rowsOfGuide.some((cell) => cell.startsWith(row.onPurpose))
      expect(isTold, `the migration guide tells of "${row.onPurpose}"`).toBe(true)
    })
  })
}
