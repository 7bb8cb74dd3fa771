import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { breakable, breakHeadings } from '../breakable-names.mjs'
import { entries } from '../entries.mjs'
import { slugOf } from '../heading-slug.mjs'
import { titleOf } from '../markdown-links.mjs'
import { groups } from '../navigation.mjs'
import { pageOf } from '../site-paths.mjs'
import { writeForReaders } from '../text-pages.mjs'

const pages = fileURLToPath(new URL('../.tmp/pages', import.meta.url))
const link = (/** @type {string} */ file) => `/${file.replace(/(?:index)?\.md$/, '')}`

const sidebar = groups.map(({ text, entries }) => ({
  text,
  items: entries
    .map((entry) => ({ text: entry.text, page: pageOf(entry.file) }))
    .filter(({ page }) => existsSync(join(pages, page)))
    .map((entry) => ({ text: entry.text, link: link(entry.page) })),
}))

/** The pages of a folder, by their titles. A group that can be folded would be a button with another inside. */
function section(/** @type {string} */ text, /** @type {string} */ folder) {
  const path = join(pages, folder)
  if (!existsSync(path)) return []
  const names = readdirSync(path).filter((name) => name.endsWith('.md') && name !== 'index.md')
  const items = names.map((name) => ({
    text: breakable(titleOf(readFileSync(join(path, name), 'utf8')) ?? name),
    link: link(`${folder}/${name}`),
  }))
  const first = existsSync(join(path, 'index.md')) ? [{ text: 'All', link: `/${folder}/` }] : []
  return [{ text, items: [...first, ...items.sort((one, other) => one.link.localeCompare(other.link))] }]
}

/** For each entry of a package, what it exports, beside all entries. */
function reference() {
  const kinds = ['classes', 'functions', 'interfaces', 'type-aliases', 'variables', 'enumerations', 'namespaces']
  const known = entries().filter(({ name }) => existsSync(join(pages, 'api', name, 'index.md')))
  const all = { text: 'Reference', items: known.map(({ name }) => ({ text: name, link: `/api/${name}/` })) }
  const sections = known.map(({ name }) => {
    const items = kinds.flatMap((kind) => {
      const folder = join(pages, 'api', name, kind)
      const names = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.md')) : []
      return names.map((file) => ({ text: file.slice(0, -3), kind, link: link(`api/${name}/${kind}/${file}`) }))
    })
    items.sort((one, other) => one.text.localeCompare(other.text))
    const shown = items.map(({ text, kind, link }) => {
      // A value and the type of its values may have one name.
      const isAlone = items.filter((other) => other.text === text).length === 1
      return { text: breakable(text) + (isAlone || kind !== 'type-aliases' ? '' : ' (type)'), link }
    })
    return [`/api/${name}/`, [{ text: name, items: [{ text: 'Overview', link: `/api/${name}/` }, ...shown] }, all]]
  })
  return { '/api/': [all], ...Object.fromEntries(sections) }
}

/**
 * An empty cell at the head of a table names no column.
 * @param {import('markdown-it').default} markdown
 */
function emptyHeads(markdown) {
  markdown.core.ruler.push('empty-heads', ({ tokens }) => {
    tokens.forEach((token, index) => {
      if (token.type !== 'th_open' || tokens[index + 1]?.content !== '') return
      token.tag = 'td'
      const end = tokens[index + 2]
      if (end !== undefined) end.tag = 'td'
    })
  })
}

/**
 * What a page counts in the search: those that answer a question before those that list everything or are for who works on the
 * project. The browser gets it as text, so that it uses nothing outside of itself.
 * @param {string} id
 */
function weightOf(id) {
  if (/\/(?:decisions|source)\/|\/(?:architecture|contributing|changes)\.html/.test(id)) return 0.15
  if (/\/api\//.test(id)) return 0.5
  if (/\/(?:from-python|packages\/)/.test(id)) return 0.6
  if (/\/credentials\//.test(id)) return 1.25
  return /\/(?:start|recipes\/)/.test(id) ? 1.5 : 1
}

/** @type {import('vitepress').UserConfig} */
export default {
  title: 'entrada',
  description: 'Microsoft Entra ID tokens for TypeScript, and a local Entra ID to develop and test against.',
  lang: 'en',
  srcDir: '.tmp/pages',
  outDir: 'dist',
  cacheDir: '.tmp/cache',
  base: process.env.ENTRADA_DOCS_BASE ?? '/',
  cleanUrls: false,
  lastUpdated: false,
  // The tests look at what was built, with its anchors.
  ignoreDeadLinks: true,
  markdown: {
    anchor: { slugify: slugOf },
    toc: { slugify: slugOf },
    config: (markdown) => {
      emptyHeads(markdown)
      breakHeadings(markdown)
    },
    languageAlias: { promql: 'sql' },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  vite: { build: { chunkSizeWarningLimit: 4096 } },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Credentials', link: '/which-credential' },
      { text: 'Recipes', link: '/recipes/' },
      { text: 'Reference', link: '/api/' },
      { text: 'Errors', link: '/troubleshooting' },
    ].filter(({ link }) => existsSync(join(pages, `${link}${link.endsWith('/') ? 'index' : ''}.md`))),
    sidebar: {
      '/': sidebar,
      '/credentials/': [...sidebar.slice(0, 1), ...section('Credentials', 'credentials')],
      '/recipes/': section('Recipes', 'recipes'),
      '/decisions/': [...section('Decisions', 'decisions'), ...sidebar.slice(-1)],
      ...reference(),
    },
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: { detailedView: true, miniSearch: { searchOptions: { boostDocument: weightOf } } },
    },
    docFooter: { prev: 'Previous', next: 'Next' },
  },
  buildEnd: ({ outDir }) => writeForReaders(pages, outDir),
}
