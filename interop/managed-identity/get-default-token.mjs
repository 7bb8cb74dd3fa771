// Standard input: { scope }. Standard output: the token of DefaultAzureCredential, or { name, message } of what it threw.
import { text } from 'node:stream/consumers'
import { DefaultAzureCredential } from '@azure/identity'

const { scope } = JSON.parse(await text(process.stdin))
try {
  console.log(JSON.stringify(await new DefaultAzureCredential().getToken(scope)))
} catch (error) {
  const { name, message } = /** @type {Error} */ (error)
  console.log(JSON.stringify({ error: { name, message } }))
}
