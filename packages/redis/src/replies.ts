/** A reply as a string; clients can be configured to return bytes. */
export function textOf(reply: unknown): string {
  if (reply === null || reply === undefined) return ''
  if (typeof reply === 'string') return reply
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply)
  throw new Error(`redisTokenStore: Redis returned a ${typeof reply} in place of a string`)
}

/** A reply that must be a list. If it is not, the error names `command`. */
export function listOf(reply: unknown, command: string): unknown[] {
  if (Array.isArray(reply)) return reply
  throw new Error(`redisTokenStore: ${command} did not return a list`)
}

/** The message of a client's error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** How much of a client's message is passed on, in characters. */
const longestMessage = 400

/** A new error for a command that failed. Clients add the whole command to theirs, with the data that it wrote. */
export function failed(command: string | undefined, error: unknown): Error {
  const { code } = (error ?? {}) as { code?: unknown }
  const message = messageOf(error).slice(0, longestMessage)
  const cause = Object.assign(new Error(message), typeof code === 'string' ? { code } : {})
  return new Error(`redisTokenStore: ${command} failed: ${message}`, { cause })
}
