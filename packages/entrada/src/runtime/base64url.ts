/** Decodes base64url to UTF-8 text; malformed input gives an empty string. */
export function textOfBase64url(base64url: string): string {
  try {
    const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
    return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
  } catch {
    return ''
  }
}

/** Encodes bytes, or a text as UTF-8, as base64url without padding (RFC 4648, 5). */
export function base64urlOf(value: Uint8Array | string): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/(?<!=)=+$/, '')
}
