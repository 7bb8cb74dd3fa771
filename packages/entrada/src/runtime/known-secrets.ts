import { type Range, readings } from './hide-in-text.ts'

/** The base64 of anything shorter could be a part of an ordinary word. */
const shortestEncoded = 6

/** Finds secrets in a text whose escapes are decoded (see `hideInText`): as they are, as a form writes them, in base64. */
export function finderOf(secrets: readonly string[]): (text: string) => Range[] {
  const written = [...new Set(secrets.filter((secret) => secret !== '').flatMap(writings))]
  return (text) => written.flatMap((secret) => placesOf(secret, text))
}

/** The length of the longest secret. */
export function longestOf(secrets: readonly string[]): number {
  return secrets.reduce((longest, { length }) => Math.max(longest, length), 0)
}

function placesOf(secret: string, text: string): Range[] {
  const found: Range[] = []
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
    found.push([at, at + secret.length])
  }
  return found
}

/** What is in a secret that looks like an escape is decoded with the text around it, unless little is left of it. */
const shortestDecoded = 8

function writings(secret: string): string[] {
  // A lone surrogate is sent as the replacement character.
  const bytes = new TextEncoder().encode(secret)
  const sent = new TextDecoder().decode(bytes)
  // Percent-encoding is of bytes, which are decoded as one character each.
  const asBytes = binary(bytes)
  return [secret, sent, asBytes]
    .flatMap((text) => [text, text.replaceAll(' ', '+')])
    .flatMap((text) => readings(text).filter((one) => one === text || one.length >= shortestDecoded))
    .concat(inBase64(bytes))
}

/**
 * What base64, also that of URLs, makes of these bytes wherever they stand within others, as a password does in a header `Authorization`:
 * three characters hold parts of four bytes, so there are three ways, of which the characters that depend on the neighbours are left out.
 */
function inBase64(bytes: Uint8Array): string[] {
  if (bytes.length < shortestEncoded) return []
  return [0, 1, 2].flatMap((before) => {
    const whole = btoa(`${'\0'.repeat(before)}${binary(bytes)}`)
    const bits = 8 * (before + bytes.length)
    const own = whole.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6))
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

/** In parts, because a call has no room for the bytes of a long assertion as arguments. */
function binary(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096))
  return text
}
