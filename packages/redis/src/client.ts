/** A client of `ioredis` or `iovalkey`, or their cluster. */
export interface IoredisClient {
  /** Sends a command. */
  call(command: string, ...args: string[]): Promise<unknown>
  /** Whether it is a cluster's client. */
  readonly isCluster?: boolean
}

/** A client or pool of `redis` (node-redis). */
export interface NodeRedisClient {
  /** Sends a command. */
  sendCommand(args: string[]): Promise<unknown>
}

/** A cluster client of `redis` (node-redis): the key determines the node that a command is sent to. */
export interface NodeRedisCluster {
  /** Sends a command to the node that holds the key. */
  sendCommand(key: string, isReadonly: boolean, args: string[]): Promise<unknown>
  /** By which a cluster is told from a single server. */
  getSlotRandomNode(slot: number): unknown
}

/** Sends one command, whose name comes first. For any other client. */
export type SendCommand = (args: readonly string[]) => Promise<unknown>

/** The caller's own client. Whoever created it connects, monitors and closes it. */
export type RedisClient = IoredisClient | NodeRedisClient | NodeRedisCluster | SendCommand

/** Sends a command that concerns a key. */
export type Command = (key: string, args: readonly string[]) => Promise<unknown>

/** Whether a key determines the server that is asked. What a function of the caller's does is not known. */
export function isCluster(client: RedisClient): boolean {
  const { isCluster, getSlotRandomNode } = client as Partial<IoredisClient & NodeRedisCluster>
  return isCluster === true || typeof getSlotRandomNode === 'function'
}

/** How to send commands through a client, by the methods that it has. Throws a `TypeError` for an invalid client. */
export function commandOf(client: RedisClient): Command {
  if (typeof client === 'function') return (_, args) => client(args)
  const { call, sendCommand, getSlotRandomNode } = (client ?? {}) as Partial<IoredisClient & NodeRedisCluster>
  if (typeof call === 'function') {
    const ioredis = client as IoredisClient
    return (_, [name = '', ...args]) => ioredis.call(name, ...args)
  }
  if (typeof sendCommand === 'function' && typeof getSlotRandomNode === 'function') {
    // Not from replicas, which lag: one that does not have a new token yet would cost a request to Entra ID.
    return (key, args) => (client as NodeRedisCluster).sendCommand(key, false, [...args])
  }
  if (typeof sendCommand === 'function') return (_, args) => (client as NodeRedisClient).sendCommand([...args])
  throw new TypeError(
    'redisTokenStore: client must be a client of redis, ioredis or iovalkey. Pass one, or a function that sends a command.',
  )
}
