// The packed store for Redis, over a client that answers with nothing, beside the packed library.
import { redisTokenStore } from '@entrada/redis'

const store = redisTokenStore(async () => null, { keys: 'A'.repeat(43) })
const key = /** @type {const} */ ({ kind: 'access', partition: 'app', environment: 'e', clientId: 'c', cae: false })
console.log(`a token of a store that has nothing: ${await store.get(key)}`)
