/** Longest part of a tool's words that goes into an error. */
const longest = 1000

/** Colours, cursor movements and titles (ECMA-48), a byte order mark, and every other character that does not print. */
const unprintable =
  /* biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed */
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]|\ufeff|[^\S\r\n]|[\p{Cc}\p{Cf}]/gu

/** The text without what would colour it, move it or hide in it; its lines stay. */
export function plain(text: string): string {
  return text.replace(unprintable, (match) =>
    match === '\n' || match === '\r' ? match : /^\s$/u.test(match) ? ' ' : '',
  )
}

/** Values of fields that hold secrets, tokens by their look, and every long run that could be one, also over lines. */
const secrets: readonly RegExp[] = [
  /(\\?"(?:access_?token|refresh_?token|id_?token|token|client_?secret|password|assertion)\\?"\s*:\s*\\?")[^"\\]*/gi,
  /(\b(?:access_token|refresh_token|id_token|client_secret|client_assertion|assertion|password)=)[^\s&"']+/gi,
  /()\beyJ[\w-]{8,}(?:\.[\w-]*)*/g,
  /(azsdk%)[^%\s]+/g,
  /()[\w+=~.-]{60,}(?:\r?\n[\w+=~.-]{60,})*(?:\r?\n[\w+=~.-]{20,})?/g,
]

/** A tool's words for an error: one line, of bounded length, without tokens. */
export function toolWords(text: string): string {
  const bounded = plain(text.slice(0, 64 * 1024))
  const clean = secrets.reduce((words, pattern) => words.replace(pattern, '$1***'), bounded)
  const line = clean.replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest)}...` : line
}
