// One instance of many that share their tokens in Redis: one of all asks Entra ID, and the others take what it got.
import { redisTokenStore } from '@entrada/redis'
import { DefaultAzureCredential } from 'entrada'
import { Redis } from 'ioredis'

const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { lazyConnect: true })
// The credential tells of it by an event, and goes on without the store.
client.on('error', () => undefined)
// Connected before the first token, which waits for a store for half a second at most; if Redis is away, it goes on without.
await client.connect().catch(() => undefined)

const credential = new DefaultAzureCredential({
  tokenStore: redisTokenStore(client, { keys: [process.env.TOKEN_KEY ?? ''] }),
  onEvent: (event) => {
    if (event.type === 'token-acquired')
      console.log(`Token from the ${event.source}, in ${Math.round(event.milliseconds)} ms`)
    if (event.type === 'store-failed') console.warn(`No store: ${/** @type {Error} */ (event.error).message}`)
  },
})
await credential.getToken(process.env.SCOPE ?? 'https://storage.azure.com/.default')
await credential.close()
// Not quit(), which waits for a Redis that is away.
client.disconnect()
