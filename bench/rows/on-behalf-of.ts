import { hash } from 'node:crypto'
import { ConfidentialClientApplication } from '@azure/msal-node'
import { OnBehalfOfCredential } from 'entrada'
import { rate } from '../measure.ts'
import { type Measure, perSecond } from '../row.ts'
import { standInFetch } from '../stand-in.ts'

const tenantId = '11111111-1111-4111-8111-111111111111'
const clientId = '22222222-2222-4222-8222-222222222222'
const scope = 'https://graph.microsoft.com/.default'

/** A user's assertion of about 1.5 kB. */
function assertion(user: number): string {
  return `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ oid: `user-${user}`, padding: 'x'.repeat(1000) })}.signature`
}

/** One long-lived application that serves many users, each of whose tokens is cached. */
export const onBehalfOf: Measure = async () => {
  const ours = [await oursAt(1), await oursAt(100), await oursAt(10_000), await oursAt(100_000)] as const
  const peers = [await peerAt(1), await peerAt(100), await peerAt(1000)] as const
  const [, hundred, , most] = ours
  const hashed = await hashesAt(100_000)
  return [
    {
      what: 'cached on-behalf-of at 1 / 100 / 10,000 / 100,000 users (one user alone is answered by a memo, the others by a hash)',
      ours: ours.map(perSecond).join(' · '),
      peer: `${peers.map(perSecond).join(' · ')} at 1 / 100 / 1,000 (@azure/msal-node)`,
      ratio: hundred / peers[1],
      aim: `200 k/s at 100,000, within 2.5 x of the rate at 100; a SHA-256 of each assertion alone: ${perSecond(hashed)}`,
      isReached: most >= 200_000 && hundred / most <= 2.5,
    },
  ]
}

async function oursAt(users: number): Promise<number> {
  const credential = new OnBehalfOfCredential({ tenantId, clientId, clientSecret: 'secret', fetch: standInFetch })
  const assertions = Array.from({ length: users }, (_, user) => assertion(user))
  for (const userAssertionToken of assertions) await credential.getToken(scope, { userAssertionToken })
  return rate((index) => credential.getToken(scope, { userAssertionToken: spread(assertions, index) }), 200)
}

/** What no cache that keeps no assertion can do without. */
async function hashesAt(users: number): Promise<number> {
  const assertions = Array.from({ length: users }, (_, user) => assertion(user))
  return rate(async (index) => hash('sha256', spread(assertions, index), 'base64'), 200)
}

/** One of a thousand, from all over the list. */
function spread(assertions: readonly string[], index: number): string {
  const step = Math.max(1, Math.floor(assertions.length / 1000))
  return assertions[(index * step) % assertions.length] as string
}

async function peerAt(users: number): Promise<number> {
  const application = new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret: 'secret',
      authority: `https://login.microsoftonline.com/${tenantId}`,
    },
    system: { networkClient: { sendGetRequestAsync: answer, sendPostRequestAsync: answer } },
  })
  const assertions = Array.from({ length: users }, (_, user) => assertion(user))
  const ask = (oboAssertion: string): Promise<unknown> =>
    application.acquireTokenOnBehalfOf({ oboAssertion, scopes: [scope] })
  for (const each of assertions) {
    asking = each
    await ask(each)
  }
  return rate((index) => ask(assertions[index % users] as string), 10)
}

/** Whom the stand-in answers for: the peer's application is asked one at a time. */
let asking = ''
let count = 0

async function answer<T>(): Promise<{ headers: Record<string, string>; body: T; status: number }> {
  const { oid } = JSON.parse(Buffer.from(asking.split('.')[1] ?? '', 'base64url').toString()) as { oid: string }
  const body = {
    token_type: 'Bearer',
    scope,
    expires_in: 86_000,
    access_token: `${'x'.repeat(1990)}${count++}`,
    client_info: encoded({ uid: oid, utid: tenantId }),
    id_token: `${encoded({ alg: 'none' })}.${encoded({ oid, tid: tenantId, sub: oid, preferred_username: oid })}.x`,
  }
  return { headers: {}, body: body as T, status: 200 }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
