/**
 * Gives each link target of a Markdown text, as `[text](target)` or an image has it, to `change`, and puts what it returns in its
 * place. Code is left as it is.
 * @param {string} markdown
 * @param {(target: string) => string} change
 * @returns {string}
 */
export function changeLinks(markdown, change) {
  return outsideCode(markdown, (text) =>
    text.replace(/(\]\()([^()\s]+)(?=[)\s])/g, (_, before, target) => before + change(target)),
  )
}

/**
 * Makes Markdown safe for a tool that takes what it finds in braces for a template.
 * @param {string} markdown
 */
export function escapeTemplates(markdown) {
  return outsideCode(markdown, (text) => text.replaceAll('{{', '&#123;&#123;'))
}

/** The text of a page's first heading. */
export function titleOf(/** @type {string} */ markdown) {
  return /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll('`', '')
}

/** The first paragraph below the title, on one line and without markup. */
export function summaryOf(/** @type {string} */ markdown) {
  const body = markdown.replace(/^---\n[\s\S]*?\n---\n/, '').replace(/<!--[\s\S]*?-->/g, '')
  const paragraph = body.split(/\n{2,}/).find((text) => /^[\w`*“[]/.test(text.trim()))
  return (paragraph ?? '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/**
 * @param {string} markdown
 * @param {(text: string) => string} change
 */
function outsideCode(markdown, change) {
  return markdown
    .split(/^( *(?:```|~~~)[\s\S]*?^ *(?:```|~~~) *$)/m)
    .map((part, index) => (index % 2 === 1 ? part : outsideSpans(part, change)))
    .join('')
}

/**
 * Links may have code in their text, so that only what stands alone between backticks is left out.
 * @param {string} text
 * @param {(text: string) => string} change
 */
function outsideSpans(text, change) {
  /** @type {string[]} */
  const spans = []
  const span = /(?<!`)(`+)(?!`)(?:(?!\n\n)[\s\S])*?(?<!`)\1(?!`)/g
  const marked = text.replace(span, (found) => `\u0000${spans.push(found) - 1}\u0000`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they stand for the spans, and no text has them.
  return change(marked).replace(/\u0000(\d+)\u0000/g, (_, index) => spans[Number(index)] ?? '')
}
