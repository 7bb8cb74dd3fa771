import { posix } from 'node:path'

/** Files and folders whose page has another name than they have. */
const renamed = new Map([
  ['README.md', 'overview.md'],
  ['CHANGELOG.md', 'changes.md'],
  ['CONTRIBUTING.md', 'contributing.md'],
  ['SECURITY.md', 'security.md'],
  ['docs/decisions', 'decisions/index.md'],
  ['examples', 'recipes/index.md'],
])

/**
 * The page of the site that shows a file or folder of the repository, by its path in either. A folder is shown by its README;
 * a file that is not Markdown, on a page of its own below `source/`.
 * @param {string} path
 * @returns {string}
 */
export function pageOf(path) {
  const given = renamed.get(path)
  if (given !== undefined) return given
  if (path.startsWith('docs/') && path.endsWith('.md')) return path.slice('docs/'.length)
  const [, area, name] = /^(packages|examples)\/([^/]+)\/README\.md$/.exec(path) ?? []
  if (area !== undefined) return `${area === 'examples' ? 'recipes' : area}/${name}.md`
  if (path === 'examples/README.md') return 'recipes/index.md'
  return `source/${path.replaceAll('.', '-')}.md`
}

/** Whether a path is that of an image, which pages show and do not link to. */
export function isImage(/** @type {string} */ path) {
  return /\.(?:png|svg|webp)$/.test(path)
}

/** The way from one page to another. */
export function between(/** @type {string} */ page, /** @type {string} */ target) {
  const path = posix.relative(posix.dirname(page), target)
  return path.startsWith('.') ? path : `./${path}`
}
