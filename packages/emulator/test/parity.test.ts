import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { tablesOf } from '../../../testing/markdown.ts'
import { isTestOf } from './named-test.ts'

const page = new URL('../../../docs/emulator-parity.md', import.meta.url)
const rows = tablesOf(await readFile(page, 'utf8')).flatMap((table) => table.rows)

test('the page of parity has a source, a witness and a test for each behaviour', () => {
  expect(rows.length).toBeGreaterThan(30)
  for (const row of rows) {
    expect(row).toHaveLength(4)
    for (const cell of row) expect(cell, row[0]).not.toBe('')
  }
})

describe('the test that it names is there, with its title:', () => {
  test.each(rows.map(([behaviour = '', , witness = '', where = '']) => ({ behaviour, witness, where })))(
    '$behaviour',
    async ({ witness, where }) => {
      const [, path = ''] = /\]\(([^)]+)\): “/.exec(where) ?? []
      expect(await isTestOf(where, page), where).toBe(true)
      // A client that somebody else wrote can only be a witness where it runs.
      expect(path.startsWith('../interop/') || witness === 'ours alone' || runsHere.test(witness), witness).toBe(true)
    },
  )
})

/** Clients that the emulator's own tests run. */
const runsHere = /jose|msal-node|every client|@azure\/identity through/
