import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeBlock } from './code-block.mjs'
import { changeLinks, escapeTemplates, titleOf } from './markdown-links.mjs'
import { filesOf } from './recipe-pages.mjs'
import { between, isImage, pageOf } from './site-paths.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Puts the pages of the site into a folder: the repository's Markdown, each link turned into one from page to page, and a page
 * for each other file that one of them links to.
 * @param {string} folder
 * @returns {Promise<void>}
 */
export async function stage(folder) {
  /** What is still to be shown, by its path in the repository. @type {Set<string>} */
  const waiting = new Set(await markdownFiles())
  for (const path of waiting) {
    const target = join(folder, isImage(path) ? imageOf(path) : pageOf(path))
    await mkdir(dirname(target), { recursive: true })
    if (isImage(path)) await copyFile(join(root, path), target)
    else await writeFile(target, await contentOf(path, (linked) => waiting.add(linked)))
  }
  await writeFile(join(folder, 'index.md'), await readFile(join(root, 'docs/site/home.md')))
}

/** The Markdown that is shown whether or not anything links to it. */
async function markdownFiles() {
  const folders = ['docs', 'docs/credentials', 'docs/decisions', 'examples']
  const nested = [...(await foldersIn('packages')), ...(await foldersIn('examples'))].map((name) => `${name}/README.md`)
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(root, folder)).catch(() => [])
      return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`)
    }),
  )
  const candidates = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...nested]
  const present = await Promise.all(candidates.map(async (path) => ((await kindOf(path)) === 'file' ? [path] : [])))
  return [...found, ...present].flat()
}

/**
 * @param {string} path of a file or a folder
 * @param {(path: string) => void} needs told what the page links to
 */
async function contentOf(path, needs) {
  if ((await kindOf(path)) === 'folder') return listingOf(path, needs)
  const text = await readFile(join(root, path), 'utf8')
  if (!path.endsWith('.md')) return sourcePage(path, text)
  const links = [...new Set(linksOf(text))]
  const targets = new Map(await Promise.all(links.map(async (link) => resolved(path, link, needs))))
  // Beside the page of its package, the repository's README needs a name of its own.
  const named = path === 'README.md' ? text.replace(/^# .+$/m, '# Overview') : text
  const page = escapeTemplates(changeLinks(named, (link) => targets.get(link) ?? link))
  const [, recipe] = /^(examples\/[^/]+)\/README\.md$/.exec(path) ?? []
  return recipe === undefined ? page : `${page}${await filesOf(join(root, recipe))}`
}

/**
 * @param {string} path of the page that has the link
 * @param {string} link
 * @param {(path: string) => void} needs
 * @returns {Promise<readonly [string, string]>} the link, and what it becomes
 */
async function resolved(path, link, needs) {
  if (/^[a-z]+:/.test(link) || link.startsWith('#')) return [link, link]
  const [target = '', anchor] = link.split('#')
  const file = await fileOf(posix.join(posix.dirname(path), target), `${path}: ${link}`)
  needs(file)
  if (isImage(file)) return [link, between(pageOf(path), imageOf(file))]
  return [link, between(pageOf(path), pageOf(file)) + (anchor === undefined ? '' : `#${anchor}`)]
}

/**
 * What shows a linked path: a folder's README, if it has one.
 * @param {string} path
 * @param {string} where
 */
async function fileOf(path, where) {
  const clean = path.replace(/\/$/, '')
  const kind = await kindOf(clean)
  if (kind === undefined) throw new Error(`${where} leads nowhere.`)
  const readme = `${clean}/README.md`
  return kind === 'folder' && (await kindOf(readme)) === 'file' ? readme : clean
}

/** A page that shows a file as it is. */
function sourcePage(/** @type {string} */ path, /** @type {string} */ text) {
  return `---\nsearch: false\n---\n\n# ${path}\n\n${codeBlock(path, text)}\n`
}

/**
 * A page for a folder without a README.
 * @param {string} path
 * @param {(path: string) => void} needs
 */
async function listingOf(path, needs) {
  const entries = await readdir(join(root, path), { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile() && entry.name !== 'package.json').map(({ name }) => name)
  const lines = await Promise.all(
    names.sort().map(async (name) => {
      const file = `${path}/${name}`
      needs(file)
      const title = name.endsWith('.md') ? titleOf(await readFile(join(root, file), 'utf8')) : name
      return `- [${title}](${between(pageOf(path), pageOf(file))})`
    }),
  )
  return `# ${path === 'docs/decisions' ? 'Decisions' : path}\n\n${lines.join('\n')}\n`
}

function linksOf(/** @type {string} */ markdown) {
  /** @type {string[]} */
  const found = []
  changeLinks(markdown, (link) => {
    found.push(link)
    return link
  })
  return found
}

function imageOf(/** @type {string} */ path) {
  return `images/${posix.basename(path)}`
}

async function foldersIn(/** @type {string} */ path) {
  const entries = await readdir(join(root, path), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${path}/${name}`)
}

async function kindOf(/** @type {string} */ path) {
  const found = await stat(join(root, path)).catch(() => undefined)
  return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'file'
}
