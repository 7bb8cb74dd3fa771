// A program with ES modules and CommonJS: both have the same classes, functions and state of every package.
import { createRequire } from 'node:module'
import * as emulator from '@entrada/emulator'
import * as keyring from '@entrada/keyring'
import * as opentelemetry from '@entrada/opentelemetry'
import * as redis from '@entrada/redis'
import * as verify from '@entrada/verify'
import * as verifyForExpress from '@entrada/verify/express'
import * as verifyForFastify from '@entrada/verify/fastify'
import * as verifyForFetch from '@entrada/verify/fetch'
import * as verifyForHono from '@entrada/verify/hono'
import * as verifyForMcp from '@entrada/verify/mcp'
import * as verifyForNext from '@entrada/verify/next'
import * as verifyForNode from '@entrada/verify/node'
import * as entrada from 'entrada'
import * as store from 'entrada/store'

const require = createRequire(import.meta.url)
/** @type {Record<string, Record<string, unknown>>} */
const imported = {
  '@entrada/emulator': emulator,
  '@entrada/keyring': keyring,
  '@entrada/opentelemetry': opentelemetry,
  '@entrada/redis': redis,
  '@entrada/verify': verify,
  '@entrada/verify/express': verifyForExpress,
  '@entrada/verify/fastify': verifyForFastify,
  '@entrada/verify/fetch': verifyForFetch,
  '@entrada/verify/hono': verifyForHono,
  '@entrada/verify/mcp': verifyForMcp,
  '@entrada/verify/next': verifyForNext,
  '@entrada/verify/node': verifyForNode,
  entrada,
  'entrada/store': store,
}
for (const [name, exported] of Object.entries(imported)) {
  const required = require(name)
  const names = [...new Set([...Object.keys(exported), ...Object.keys(required)])]
  const different = names.filter((each) => exported[each] !== required[each])
  console.log(`${name}: ${different.length === 0 ? 'one instance' : `two, of ${different}`}`)
}
