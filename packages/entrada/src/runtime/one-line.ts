/** How much of the text of a server or a tool is looked at for what it says, in characters. */
export const longestForeignText: number = 16 * 1024

/** Makes a server's text part of a line: nothing in it can break the line, move the cursor or change the text direction. */
export function oneLine(text: string, longest: number): string {
  return text
    .slice(0, longestForeignText)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
    .trim()
    .slice(0, longest)
}
