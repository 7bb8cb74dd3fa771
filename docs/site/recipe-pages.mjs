import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeBlock } from './code-block.mjs'

/**
 * What a recipe's page has below its README: its files, whole, and what to install to run them elsewhere than in a clone.
 * @param {string} folder
 * @returns {Promise<string>} Markdown
 */
export async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && entry.name !== 'README.md' && entry.name !== 'package.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  const files = names.map((name, index) => `## ${name}\n\n${codeBlock(name, texts[index] ?? '')}\n`)
  const packages = [...new Set(texts.flatMap(importsOf))].sort((one, other) => one.localeCompare(other))
  const install =
    packages.length === 0
      ? ''
      : `\nOutside of a clone: \`npm install ${packages.join(' ')}\`, and the files below, whose paths then begin in your own folder.\n`
  return `${install}\n${files.join('\n')}`
}

/** The packages that a program imports. */
function importsOf(/** @type {string} */ text) {
  const found = [...text.matchAll(/^import .*?from '([^']+)'$/gm)].map(([, name = '']) => name)
  return found.flatMap((name) => {
    if (name.startsWith('.') || name.startsWith('node:')) return []
    return [
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    ]
  })
}
