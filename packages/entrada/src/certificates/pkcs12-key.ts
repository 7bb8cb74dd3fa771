import { Asn1Fault } from './asn1.ts'
import type { Derivation } from './derivation.ts'

/** The purpose of a derived key (RFC 7292, B.3). */
export const purposes = { encryption: 1, iv: 2, mac: 3 } as const

/** Node's name for a hash, and its block size in bytes (v in RFC 7292). */
export interface Hash {
  name: string
  blockSize: number
}

/**
 * The key derivation of PKCS#12 (RFC 7292, appendix B.2). The password is a BMPString with its terminator. Node has no
 * function for this, so the rounds are done here, in slices.
 */
export async function pkcs12Key(
  {
    purpose,
    password,
    salt,
    iterations,
    length,
    hash,
  }: {
    purpose: number
    password: Uint8Array
    salt: Uint8Array
    iterations: number
    length: number
    hash: Hash
  },
  derivation: Derivation,
): Promise<Uint8Array> {
  if (iterations === 0) throw new Asn1Fault('no iterations')
  const size = hash.blockSize
  const diversifier = new Uint8Array(size).fill(purpose)
  const input = Buffer.concat([filled(salt, size), filled(password, size)])
  const key = new Uint8Array(length)
  for (let done = 0; ; ) {
    const block = await derivation.hash(hash.name, Buffer.concat([diversifier, input]), iterations)
    key.set(block.subarray(0, length - done), done)
    done += block.length
    if (done >= length) return key
    const increment = filled(block, size).subarray(0, size)
    for (let at = 0; at < input.length; at += size) addOneMore(input.subarray(at, at + size), increment)
  }
}

/** The bytes repeated until they fill whole blocks; no bytes stay no bytes. */
function filled(bytes: Uint8Array, blockSize: number): Uint8Array {
  const length = Math.ceil(bytes.length / blockSize) * blockSize
  return Uint8Array.from({ length }, (_, index) => bytes[index % bytes.length] as number)
}

/** `sum += addend + 1`, as big-endian numbers, without the final carry. */
function addOneMore(sum: Uint8Array, addend: Uint8Array): void {
  let carry = 1
  for (let index = sum.length - 1; index >= 0; index--) {
    carry += (sum[index] as number) + (addend[index] as number)
    sum[index] = carry
    carry >>= 8
  }
}
