import type { Derivation } from './derivation.ts'

/** A permutation from the digits of pi (RFC 2268, section 2), in base 16. */
const permutation =
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb' +
  '86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda46690757' +
  '27f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e' +
  '0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b255597312d5dfa98e38a92ae05df2910676cbac9' +
  'd300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad'

/** Blocks between two turns of the event loop: about a millisecond of work. */
const blocksPerTurn = 1024

/**
 * Decrypts RC2 in CBC mode (RFC 2268) with all bits of the key in effect. OpenSSL 3 has it only in its legacy provider,
 * which Node does not load, while Windows and older versions of OpenSSL protect certificates with it. Resolves to the
 * plaintext with its padding.
 */
export async function decryptRc2(
  { key, iv, ciphertext }: { key: Uint8Array; iv: Uint8Array; ciphertext: Uint8Array },
  derivation: Derivation,
): Promise<Uint8Array> {
  const words = expand(key)
  const plaintext = Uint8Array.from(ciphertext)
  const block = new Uint16Array(4)
  for (let at = 0; at < ciphertext.length; at += 8) {
    for (let index = 0; index < 4; index++) {
      block[index] = (ciphertext[at + 2 * index] as number) | ((ciphertext[at + 2 * index + 1] as number) << 8)
    }
    decryptBlock(block, words)
    for (let index = 0; index < 8; index++) {
      const before = at === 0 ? iv[index] : ciphertext[at - 8 + index]
      plaintext[at + index] = ((block[index >> 1] as number) >> (8 * (index & 1))) ^ (before as number)
    }
    if ((at / 8) % blocksPerTurn === blocksPerTurn - 1) await derivation.turn()
  }
  return plaintext
}

/** RFC 2268, section 2, with all bits of the key in effect. */
function expand(key: Uint8Array): Uint16Array {
  const pi = Uint8Array.from(permutation.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  const at = (bytes: Uint8Array, index: number): number => bytes[index] as number
  const bytes = new Uint8Array(128)
  bytes.set(key)
  const { length } = key
  for (let index = length; index < 128; index++) {
    bytes[index] = at(pi, (at(bytes, index - 1) + at(bytes, index - length)) & 255)
  }
  bytes[128 - length] = at(pi, at(bytes, 128 - length))
  for (let index = 127 - length; index >= 0; index--) {
    bytes[index] = at(pi, at(bytes, index + 1) ^ at(bytes, index + length))
  }
  return Uint16Array.from({ length: 64 }, (_, index) => at(bytes, 2 * index) | (at(bytes, 2 * index + 1) << 8))
}

const rotations = [1, 2, 3, 5] as const

/** RFC 2268, section 4: sixteen reversed mixing rounds, with a mashing round after the fifth and the eleventh. */
function decryptBlock(block: Uint16Array, words: Uint16Array): void {
  const word = (index: number): number => block[index & 3] as number
  for (let round = 15; round >= 0; round--) {
    for (let index = 3; index >= 0; index--) {
      const by = rotations[index] as number
      const rotated = ((word(index) >> by) | (word(index) << (16 - by))) & 0xffff
      const mixed = (word(index - 1) & word(index - 2)) + (~word(index - 1) & word(index - 3))
      block[index] = rotated - (words[round * 4 + index] as number) - mixed
    }
    if (round !== 11 && round !== 5) continue
    for (let index = 3; index >= 0; index--) block[index] = word(index) - (words[word(index - 1) & 63] as number)
  }
}
