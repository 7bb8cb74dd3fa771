/** A password as the bytes that keys are derived from. */
export interface PasswordBytes {
  /** For PBES2 and PBMAC1 (RFC 8018, 3). */
  utf8: Uint8Array
  /** For the key derivation of PKCS#12: UTF-16, big-endian, with a terminator (RFC 7292, appendix B.1). */
  utf16: Uint8Array
}

/**
 * The ways in which programs have turned this password into bytes, the right one first. Programs distinguish no
 * password from an empty one (no bytes, or just a terminator); people do not. OpenSSL before 1.1.0 took each byte of
 * UTF-8 for a character.
 */
export function passwordForms(password = ''): PasswordBytes[] {
  const utf8 = new TextEncoder().encode(password)
  if (utf8.length === 0)
    return [
      { utf8, utf16: utf8 },
      { utf8, utf16: terminated([]) },
    ]
  const units = Uint16Array.from({ length: password.length }, (_, index) => password.charCodeAt(index))
  const right = { utf8, utf16: terminated(units) }
  return utf8.length === password.length ? [right] : [right, { utf8, utf16: terminated(utf8) }]
}

function terminated(units: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(units.length * 2 + 2)
  for (let index = 0; index < units.length; index++) {
    const unit = units[index] as number
    bytes[index * 2] = unit >> 8
    bytes[index * 2 + 1] = unit
  }
  return bytes
}
