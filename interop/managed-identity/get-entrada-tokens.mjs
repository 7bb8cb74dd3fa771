// The same as get-tokens.mjs, with our credential: a process of its own, so that it can be shown key files of its own.
import { text } from 'node:stream/consumers'
import { ManagedIdentityCredential } from 'entrada'

const { options, scope } = JSON.parse(await text(process.stdin))
const { token } = await new ManagedIdentityCredential(options).getToken(scope)
console.log(JSON.stringify({ token }))
