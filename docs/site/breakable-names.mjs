/**
 * A long name with places where a line may break: before a capital that follows a small letter.
 * @param {string} text
 */
export function breakable(text) {
  return text.replace(/\b[A-Z]\w{17,}/g, (name) => name.replace(/([a-z])(?=[A-Z])/g, '$1<wbr>'))
}

/**
 * A part of a page, as markdown-it has it. It is installed with the site alone, and types are checked without it.
 * @typedef {{ type: string, content: string, meta: Record<string, unknown> | null, children: Token[] | null }} Token
 * @typedef {(tokens: Token[], index: number, options: unknown, env: unknown, self: unknown) => string} Rule
 */

/**
 * Lets the names in headings break there: a narrow screen would break them anywhere.
 * @param {{
 *   renderer: { rules: { text?: Rule } },
 *   utils: { escapeHtml(text: string): string },
 *   core: { ruler: { push(name: string, rule: (state: { tokens: Token[] }) => void): void } },
 * }} markdown
 */
export function breakHeadings(markdown) {
  const { text } = markdown.renderer.rules
  markdown.renderer.rules.text = (tokens, index, options, env, self) => {
    const html = text?.(tokens, index, options, env, self) ?? markdown.utils.escapeHtml(tokens[index]?.content ?? '')
    return tokens.some(({ meta }) => meta?.isOfHeading) ? breakable(html) : html
  }
  markdown.core.ruler.push('headings', ({ tokens }) => {
    tokens.forEach((token, index) => {
      if (token.type !== 'heading_open') return
      for (const child of tokens[index + 1]?.children ?? []) child.meta = { ...child.meta, isOfHeading: true }
    })
  })
}
