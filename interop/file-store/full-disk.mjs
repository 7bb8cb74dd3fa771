// Writes into a store on a disk that is nearly full, and says what came of it as JSON.
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { fileTokenStore } from 'entrada/store'

const [folder = ''] = process.argv.slice(2)
const store = fileTokenStore({ folder, keys: randomBytes(32) })
const expiresAt = Date.now() + 3_600_000
const keyOf = (/** @type {number} */ number) =>
  /** @type {const} */ ({
    kind: 'access',
    partition: 'app',
    environment: 'e',
    clientId: `client-${number}`,
    cae: false,
  })
const recordOf = (/** @type {number} */ number) => ({
  key: keyOf(number),
  secret: 'x'.repeat(2000) + number,
  cachedAt: Date.now(),
  expiresAt,
})

let written = 0
let code
while (code === undefined && written < 10_000) {
  await store.set(recordOf(written)).then(
    () => written++,
    (error) => {
      code = error.code
    },
  )
}
let read = 0
for (let number = 0; number < written; number++) {
  if ((await store.get(keyOf(number)))?.secret === recordOf(number).secret) read++
}
const missing = await store.get(keyOf(written))
await Promise.all([0, 1, 2, 3].map((number) => store.delete(keyOf(number))))
await store.set(recordOf(written))
const after = await store.get(keyOf(written))
const unfinished = await readdir(`${folder}/temporary`)
console.log(
  JSON.stringify({ written, code, read, missing, after: after?.secret === recordOf(written).secret, unfinished }),
)
