/** A client of `ioredis` or `iovalkey`, or their cluster. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>
}

/** A client or pool of `redis` (node-redis). */
export interface NodeRedisClient {
  sendCommand(args: string[]): Promise<unknown>
}

/** A cluster of `redis` (node-redis): the key says which node a command is for. */
export interface NodeRedisCluster {
  sendCommand(key: string, isReadonly: boolean, args: string[]): Promise<unknown>
  getSlotRandomNode(slot: number): unknown
}

/** Sends one command, the command's name first: for any other client. */
export type SendCommand = (args: readonly string[]) => Promise<unknown>

/** The user's own client. It is connected, watched and closed by whoever made it. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisCluster | SendCommand

/** Sends a command for a key. */
export type Command = (key: string, args: readonly string[]) => Promise<unknown>

/** How to send commands through a client, by the methods that it has. Throws a `TypeError` for what is no client. */
export function commandOf(client: RedisClient): Command {
  if (typeof client === 'function') return (_, args) => client(args)
  const { call, sendCommand, getSlotRandomNode } = (client ?? {}) as Partial<IoredisClient & NodeRedisCluster>
  if (typeof call === 'function') {
    const ioredis = client as IoredisClient
    return (_, [name = '', ...args]) => ioredis.call(name, ...args)
  }
  if (typeof sendCommand === 'function' && typeof getSlotRandomNode === 'function') {
    // Replicas lag: one that has not heard of a token yet would cost a request.
    return (key, args) => (client as NodeRedisCluster).sendCommand(key, false, [...args])
  }
  if (typeof sendCommand === 'function') return (_, args) => (client as NodeRedisClient).sendCommand([...args])
  throw new TypeError(
    'redisTokenStore: client is no client of redis, ioredis or iovalkey. Pass one, or a function that sends a command.',
  )
}
