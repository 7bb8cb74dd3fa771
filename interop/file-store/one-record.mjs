// Writes one record into a store and reads it back; says what came of it as JSON. Arguments: the folder, options as JSON.
import { fileTokenStore } from 'entrada/store'

const [, , folder, options = '{}'] = process.argv
/** @type {import('entrada/store').TokenKey} */
const key = { kind: 'access', partition: 'app', environment: 'e', clientId: 'c', realm: 't', target: 's', cae: false }
const store = fileTokenStore({ folder, ...JSON.parse(options) })
try {
  const now = Date.now()
  await store.set({ key, secret: 'secret', cachedAt: now, expiresAt: now + 3_600_000 })
  console.log(JSON.stringify({ read: (await store.get(key))?.secret }))
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
}
