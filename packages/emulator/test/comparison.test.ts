import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { tablesOf } from '../../../testing/markdown.ts'
import { isTestOf } from './named-test.ts'

const page = new URL('../../../docs/emulator-comparison.md', import.meta.url)
const rows = tablesOf(await readFile(page, 'utf8')).flatMap((table) => table.rows)

test('the comparison says of each of five programs whether it has what is compared', () => {
  expect(rows.length).toBeGreaterThan(20)
  for (const row of rows) {
    expect(row, row[0]).toHaveLength(7)
    for (const cell of row) expect(cell, row[0]).not.toBe('')
  }
})

test.each(rows.map((row) => ({ what: row[0], ours: row[1], named: row[6] })))(
  'what is said of ours is under a test that is there: $what',
  async ({ ours, named = '' }) => {
    // What it does not have takes no proof.
    if (ours === 'no') expect(named).toBe('—')
    else expect(await isTestOf(named, page), named).toBe(true)
  },
)
