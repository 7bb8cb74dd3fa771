/** How much of the text of a server or a tool is looked at for what it says, in characters. */
export const longestForeignText: number = 16 * 1024

/** A text is shortened at the end of a word, unless the last word is longer than this. */
const longestWord = 40

/**
 * Makes a server's text part of a line: nothing in it can break the line, move the cursor or change the text direction. What is
 * longer than `longest` characters ends with "...", which count.
 */
export function oneLine(text: string, longest: number): string {
  const line = text
    .slice(0, longestForeignText)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
    .trim()
  return line.length > longest ? shortened(line, longest - 3) : line
}

function shortened(line: string, longest: number): string {
  const space = line.lastIndexOf(' ', longest)
  const end = space > longest - longestWord ? space : longest
  // Not between the two halves of a character.
  return `${line.slice(0, end).replace(/[\ud800-\udbff.,;:]$/, '')}...`
}

/** Someone else's words as a sentence, whose full stop may be there already. */
export function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`
}
