import { Socket } from 'node:net'
import { afterEach, expect } from 'vitest'

// Link-local addresses are the cloud's: on a machine there, a test would get that machine's own tokens. None may ask.
/** @type {unknown[]} */
const asked = []
const { connect } = Socket.prototype

/**
 * @this {Socket}
 * @param {any[]} args
 */
Socket.prototype.connect = function guarded(...args) {
  const [first] = args.flat()
  if (!String(first?.host).startsWith('169.254.')) return Reflect.apply(connect, this, args)
  asked.push(first.host)
  // Its listeners come after it.
  process.nextTick(() => this.destroy(new Error('a test may not ask the metadata service of this machine')))
  return this
}

afterEach(() => {
  expect(asked.splice(0), 'requests to the metadata service of this machine').toEqual([])
})
