/**
 * The rules of passport-azure-ad's bearer strategy, as it calls them once it has an issuer's metadata. Reads lines of JSON from
 * standard input: first the options, then a token a line; writes 1 for each that it takes, else 0.
 */
import { createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

// Without types, and from this folder's own packages.
const { verify } = createRequire(import.meta.url)('passport-azure-ad/lib/jsonWebToken.js')

/** @type {Map<string, string>} */
const pems = new Map()
/** @type {object | undefined} */
let options
for await (const line of createInterface(process.stdin)) {
  const value = JSON.parse(line)
  if (options === undefined) {
    const { keys, ...given } = value
    options = { ...given, algorithms: ['RS256'], isAccessToken: true, clockSkew: 0 }
    for (const key of keys) {
      pems.set(key.kid, String(createPublicKey({ key, format: 'jwk' }).export({ format: 'pem', type: 'spki' })))
    }
  } else process.stdout.write((await takes(value)) ? '1\n' : '0\n')
}

/** @param {string} token */
function takes(token) {
  return new Promise((resolve) => {
    try {
      const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
      verify(token, pems.get(header.kid), { ...options }, (/** @type {unknown} */ error) => resolve(!error))
    } catch {
      resolve(false)
    }
  })
}
