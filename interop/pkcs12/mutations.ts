/** Files that are wrong in one place or several, the same in each run. */

/** Numbers from 0 up to a bound, always the same (mulberry32). */
export type Random = (bound: number) => number

export function seeded(seed: number): Random {
  let state = seed
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
}

type Mutation = (bytes: Buffer, random: Random) => Buffer

const flipBit: Mutation = (bytes, random) => {
  const at = random(bytes.length)
  bytes[at] = (bytes[at] as number) ^ (1 << random(8))
  return bytes
}
const setByte: Mutation = (bytes, random) => {
  bytes[random(bytes.length)] = [0, 0x7f, 0x80, 0x84, 0xff][random(5)] as number
  return bytes
}
/** The first bytes hold the lengths and the algorithms. */
const setEarlyByte: Mutation = (bytes, random) => {
  bytes[random(Math.min(120, bytes.length))] = random(256)
  return bytes
}
const cut: Mutation = (bytes, random) => bytes.subarray(0, random(bytes.length))
const cutOut: Mutation = (bytes, random) => {
  const at = random(bytes.length)
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))])
}
const putIn: Mutation = (bytes, random) => {
  const at = random(bytes.length)
  const more = Buffer.from(Array.from({ length: 1 + random(8) }, () => random(256)))
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)])
}
const changeLength: Mutation = (bytes, random) => {
  const tags = [...bytes.keys()].filter((at) => [0x02, 0x04, 0x06, 0x30, 0xa0].includes(bytes[at] as number))
  const at = tags[random(tags.length)] ?? 0
  if (at + 1 < bytes.length) bytes[at + 1] = ((bytes[at + 1] as number) + 2 ** random(8)) & 255
  return bytes
}

const mutations = [flipBit, setByte, setEarlyByte, cut, cutOut, putIn, changeLength]

/** The bytes with one to three things changed. */
export function mutated(bytes: Uint8Array, random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes)
  for (let left = 1 + random(3); left > 0 && result.length > 0; left--) {
    result = (mutations[random(mutations.length)] as Mutation)(result, random)
  }
  return result
}
