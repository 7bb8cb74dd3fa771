// One process per case, because the official credential's source, client and cache are the process's.
// Standard input: { options, scope, times }. Standard output: the tokens, or { name, message } of what it threw.
import { text } from 'node:stream/consumers'
import { ManagedIdentityCredential } from '@azure/identity'

const { options, scope, times } = JSON.parse(await text(process.stdin))
try {
  const credential = new ManagedIdentityCredential(options)
  const tokens = []
  for (let count = 0; count < times; count += 1) tokens.push(await credential.getToken(scope))
  console.log(JSON.stringify({ tokens }))
} catch (error) {
  const { name, message } = /** @type {Error} */ (error)
  console.log(JSON.stringify({ error: { name, message } }))
}
