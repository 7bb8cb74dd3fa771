// Writes records for ever, and keeps a journal of each write that it saw acknowledged, of each read that was no good,
// and of each record that was older than one acknowledged before. It is killed at any instant.
import { openSync, writeSync } from 'node:fs'
import { fileTokenStore } from 'entrada/store'

const [folder = '', journal = ''] = process.argv.slice(2)
const store = fileTokenStore({ folder })
const file = openSync(journal, 'a', 0o600)
const note = (/** @type {unknown[]} */ ...line) => writeSync(file, `${JSON.stringify(line)}\n`)
const day = 86_400_000

/** @param {number} number */
function keyOf(number) {
  const partition = number < 4 ? 'ada' : 'app'
  return /** @type {const} */ ({
    kind: 'access',
    partition,
    environment: 'e',
    clientId: `client-${number}`,
    cae: false,
  })
}

process.stdout.write('started')
for (;;) {
  const number = Math.floor(Math.random() * 8)
  // Half of them expire sooner than what is there.
  const expiresAt = Date.now() + day + Math.floor(Math.random() * 2000)
  try {
    await store.set({
      key: keyOf(number),
      secret: `token-${expiresAt}-${'x'.repeat(2000)}`,
      cachedAt: Date.now(),
      expiresAt,
    })
    note('acknowledged', number, expiresAt)
    const read = await store.get(keyOf(number))
    if (read === undefined || read.expiresAt < expiresAt) note('lost', number, expiresAt, read?.expiresAt)
    else if (!read.secret.startsWith(`token-${read.expiresAt}-x`)) note('mixed', number)
  } catch (error) {
    note('failed', String(error))
  }
  // Fifty of them share a few processors.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 100))
}
