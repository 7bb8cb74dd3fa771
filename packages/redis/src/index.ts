/**
 * A token store for `entrada` in Redis or Valkey.
 * @module
 */
export type { IoredisClient, NodeRedisClient, NodeRedisCluster, RedisClient, SendCommand } from './client.ts'
export { type RedisTokenStore, type RedisTokenStoreOptions, redisTokenStore } from './redis-store.ts'
