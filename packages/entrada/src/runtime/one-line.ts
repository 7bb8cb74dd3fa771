/** A server's text as a part of a line: nothing in it breaks the line, moves the cursor or turns the direction. */
export function oneLine(text: string, longest: number): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
    .trim()
    .slice(0, longest)
}
