/** A claims challenge as the tools take it: the base64 of its UTF-8. It begins with no hyphen, because none is in base64. */
export function claimsArgument(claims: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(claims)))
}

/** A command for a person to copy. What stands in quotes has no character in it that any shell knows. */
export function commandLine(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined).join(' ')
}

/** A value in such a command. */
export function quoted(value: string): string {
  return `"${value}"`
}
