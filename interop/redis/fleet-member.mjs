// One process of a fleet. It says "ready", gets a token each time a line comes in, and says what came of it; it says
// "asking" when it goes to the token service. The store is Redis' at REDIS_PORT, or in the files of STORE_FOLDER.
import { createInterface } from 'node:readline'
import { redisTokenStore } from '@entrada/redis'
import { ClientSecretCredential } from 'entrada'
import { fileTokenStore } from 'entrada/store'
import { Redis } from 'ioredis'

const { REDIS_PORT, STORE_FOLDER, STORE_KEY = '', TENANT = '', CLIENT = '', SECRET = '', AUTHORITY = '' } = process.env
const say = (/** @type {unknown} */ word) => process.stdout.write(`${JSON.stringify(word)}\n`)

const tokenStore =
  STORE_FOLDER === undefined
    ? redisTokenStore(new Redis(Number(REDIS_PORT)), { keys: STORE_KEY })
    : fileTokenStore({ folder: STORE_FOLDER })
const credential = new ClientSecretCredential(TENANT, CLIENT, SECRET, {
  authorityHost: AUTHORITY,
  tokenStore,
  fetch: (url, init) => {
    say('asking')
    return fetch(url, init)
  },
})

say('ready')
for await (const scope of createInterface({ input: process.stdin })) {
  credential.getToken(scope).then(
    ({ token }) => say({ token }),
    (error) => say({ error: String(error) }),
  )
}
