// Azure Managed Redis by `ioredis`: signs in with a token, and again before it ends, on the connection that is open.
import { DefaultAzureCredential } from 'entrada'
import { Redis } from 'ioredis'

const credential = new DefaultAzureCredential()
const scope = 'https://redis.azure.com/.default'
/** The object id of the identity, which is its user name in Redis. */
const username = process.env.REDIS_USER ?? ''
const marginMs = 180_000

const token = await credential.getToken(scope)
const isLocal = process.env.REDIS_HOST === '127.0.0.1'
const redis = new Redis({
  host: process.env.REDIS_HOST ?? 'name.region.redis.azure.net',
  port: Number(process.env.REDIS_PORT ?? 10000),
  username,
  password: token.token,
  ...(isLocal ? {} : { tls: {} }),
})
/** @type {NodeJS.Timeout | undefined} */
let planned
plan(token.expiresOnTimestamp)

/** Redis closes a connection whose token has ended, so it gets the next one while there is time. */
function plan(/** @type {number} */ expiresOnTimestamp) {
  planned = setTimeout(() => void signInAgain(), Math.max(1000, expiresOnTimestamp - Date.now() - marginMs))
}

async function signInAgain() {
  try {
    const next = await credential.getToken(scope)
    // What a reconnection signs in with.
    redis.options.password = next.token
    await redis.auth(username, next.token)
    plan(next.expiresOnTimestamp)
  } catch (error) {
    console.error(/** @type {Error} */ (error).message)
    plan(Date.now() + marginMs + 30_000)
  }
}

await redis.set('greeting', 'Hello from entrada!')
console.log(await redis.get('greeting'))
if (process.env.KEEP !== 'true') await end()
process.once('SIGTERM', () => void end())

async function end() {
  clearTimeout(planned)
  await redis.quit()
  await credential.close()
}
