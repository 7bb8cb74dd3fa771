import { expect, test, vi } from 'vitest'
import { undocumented } from './exports.ts'
import { entries } from './site/entries.mjs'

vi.setConfig({ testTimeout: 120_000 })

test('no export, option or member of a package is without a doc comment', () => {
  expect(entries().length).toBeGreaterThan(10)
  expect(undocumented()).toEqual([])
})
