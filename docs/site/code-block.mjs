/** Names by which the highlighter knows a language that has another ending. */
const languages = new Map([
  ['mts', 'ts'],
  ['cjs', 'js'],
  ['mjs', 'js'],
  ['tf', 'hcl'],
])

/**
 * A file as a block of code.
 * @param {string} path
 * @param {string} text
 */
export function codeBlock(path, text) {
  const ending = /\.([a-z]+)$/.exec(path)?.[1] ?? (path.endsWith('Dockerfile') ? 'docker' : 'txt')
  return `\`\`\`\`${languages.get(ending) ?? ending}\n${text.trimEnd()}\n\`\`\`\``
}
