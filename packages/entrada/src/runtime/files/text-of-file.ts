/**
 * The text of a file: UTF-8, or UTF-16 with the byte order mark that Windows PowerShell puts in front of what it redirects into a file.
 * The mark is not part of the text.
 */
export function textOfFile(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  return new TextDecoder().decode(bytes)
}
