import { Socket } from 'node:net'
import { afterEach, expect } from 'vitest'

// Link-local addresses are the cloud's: on a machine there, a test would get that machine's own tokens. None may ask.
const asked: unknown[] = []
const { connect } = Socket.prototype

Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
  const [first] = args.flat() as [{ host?: string } | undefined]
  if (!String(first?.host).startsWith('169.254.')) return Reflect.apply(connect, this, args)
  asked.push(first?.host)
  // Its listeners come after it.
  process.nextTick(() => this.destroy(new Error('a test may not ask the metadata service of this machine')))
  return this
}

afterEach(() => {
  expect(asked.splice(0), 'requests to the metadata service of this machine').toEqual([])
})
