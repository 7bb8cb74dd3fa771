import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
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

test('every page has one title, and every block of code in it a language', async () => {
  const names = async (folder: string): Promise<string[]> =>
    (await readdir(join(root, folder))).filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`)
  const folders = await Promise.all(['docs', 'docs/credentials', 'docs/decisions'].map(names))
  const recipes = (await readdir(join(root, 'examples'))).map((name) => `examples/${name}/README.md`)
  const pages = [...new Set([...listed, ...folders.flat(), ...recipes])].filter((page) => page.endsWith('.md'))
  const faults: string[] = []
  for (const page of pages.filter((path) => existsSync(join(root, path)))) {
    const text = await readFile(join(root, page), 'utf8')
    const fences = [...text.matchAll(/^ *```(\w*)/gm)].map(([, language = '']) => language)
    if (fences.some((language, index) => (index % 2 === 0) === (language === '')))
      faults.push(`${page}: a block of code`)
    const titles = text.replace(/^ *```[\s\S]*?^ *```/gm, '').match(/^# /gm)?.length
    if (titles !== 1) faults.push(`${page}: ${titles ?? 0} titles`)
  }
  expect(faults).toEqual([])
})

// What builds the site is installed by `npm run docs` alone, and `npm run types` reads these files before that.
test('no type in what builds the site comes from a package that the workspace does not install', async () => {
  const files = (await readdir(join(root, 'docs/site'))).filter((name) => /\.(?:mjs|ts)$/.test(name))
  const missing: string[] = []
  for (const file of files) {
    const text = await readFile(join(root, 'docs/site', file), 'utf8')
    for (const [, name = ''] of text.matchAll(/\b(?:from |import\()'(?!node:)((?:@[\w-]+\/)?[\w][\w-]*)/g))
      if (!existsSync(join(root, 'node_modules', name))) missing.push(`${file}: ${name}`)
  }
  expect(missing).toEqual([])
})
