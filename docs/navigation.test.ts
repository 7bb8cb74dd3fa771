import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groups } from './site/navigation.mjs'
import { root } from './snippets.ts'

const listed = groups.flatMap(({ entries }) => entries.map(({ file }) => file))

test('every page of docs/, and the README of every package, is in the navigation of the site, once', async () => {
  const pages = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  const packages = (await readdir(join(root, 'packages'))).map((name) => `packages/${name}/README.md`)
  const expected = [...pages, ...packages.filter((path) => existsSync(join(root, path)))]
  expect(expected.filter((page) => !listed.includes(page))).toEqual([])
  expect(listed.filter((page, index) => listed.indexOf(page) !== index)).toEqual([])
})
