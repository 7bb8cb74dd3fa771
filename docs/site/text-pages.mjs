import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { summaryOf, titleOf } from './markdown-links.mjs'
import { groups } from './navigation.mjs'
import { pageOf } from './site-paths.mjs'

/**
 * Puts the Markdown of each page beside it, and `llms.txt`, a list of them, for those who read without a browser.
 * @param {string} pages the folder of the Markdown
 * @param {string} out the folder of the site
 */
export async function writeForReaders(pages, out) {
  const all = (await readdir(pages, { recursive: true })).filter((path) => path.endsWith('.md')).sort()
  for (const page of all) {
    await mkdir(dirname(join(out, page)), { recursive: true })
    await copyFile(join(pages, page), join(out, page))
  }
  const listed = groups.map(({ text, entries }) => ({ text, pages: entries.map(({ file }) => pageOf(file)) }))
  const folders = [
    { text: 'Each credential', folder: 'credentials/' },
    { text: 'Recipes', folder: 'recipes/' },
    { text: 'Reference', folder: 'api/' },
  ].map(({ text, folder }) => ({
    text,
    pages: all.filter((page) => page.startsWith(folder) && (folder !== 'api/' || page.endsWith('/index.md'))),
  }))
  const sections = await Promise.all(
    [...listed, ...folders].map(async ({ text, pages: wanted }) => {
      const present = wanted.filter((page) => all.includes(page))
      const lines = await Promise.all(
        present.map(async (page) => lineOf(page, await readFile(join(pages, page), 'utf8'))),
      )
      return `## ${text}\n\n${lines.join('\n')}\n`
    }),
  )
  const head =
    '# entrada\n\n> Microsoft Entra ID tokens for TypeScript, and a local Entra ID to develop and test against.\n'
  await writeFile(join(out, 'llms.txt'), [head, ...sections].join('\n'))
}

function lineOf(/** @type {string} */ page, /** @type {string} */ markdown) {
  const summary = summaryOf(markdown)
  return `- [${titleOf(markdown) ?? page}](${page})${summary === '' ? '' : `: ${summary.slice(0, 200)}`}`
}
