/** What an error says, as a part of a line: without its full stop, and nothing in it breaks the line or moves the cursor. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
    .trim()
    .slice(0, 300)
    .replace(/\.$/, '')
}
