import { ClientSecretCredential as PeerCredential } from '@azure/identity'
import { ClientSecretCredential } from 'entrada'
import { type Measure, time } from '../row.ts'
import { startSts } from '../sts.ts'

const scope = 'https://storage.azure.com/.default'

const everyMs = 200
const awayFromMs = 3000
const awayUntilMs = 9000
const endMs = 15_000

/** What became of one call: how long it took, and whether it failed. */
interface Call {
  milliseconds: number
  failed: boolean
}

interface Credential {
  getToken(scope: string): Promise<unknown>
}

/**
 * What callers of both libraries see, one call after the other, while the token service is away and the token is valid, but due for
 * refresh. Both with their default retries, in the same seconds.
 */
export const outageTimeline: Measure = async () => {
  const { emulator, tenantId, clientId, secret } = await startSts(1)
  const shared = { authorityHost: emulator.url, tlsOptions: { ca: emulator.ca.pem } }
  const ours = new ClientSecretCredential(tenantId, clientId, secret, shared)
  const peer = new PeerCredential(tenantId, clientId, secret, { ...shared, disableInstanceDiscovery: true })
  await Promise.all([ours.getToken(scope), peer.getToken(scope)])
  await pause(2000)
  const away = pause(awayFromMs).then(() => emulator.faults.always({ status: 503 }))
  const back = pause(awayUntilMs).then(() => emulator.faults.clear())
  const [oursCalls, peerCalls] = await Promise.all([callsOf(ours), callsOf(peer), away, back])
  await Promise.all([ours.close(), emulator.close()])
  const from = awayFromMs / 1000
  const until = awayUntilMs / 1000
  return [
    {
      what: `a call every ${everyMs} ms for ${endMs / 1000} s, the service answers 503 from ${from} s to ${until} s, the token is valid`,
      ours: summaryOf(oursCalls),
      peer: summaryOf(peerCalls),
      aim: 'no call fails',
      isReached: oursCalls.every(({ failed }) => !failed),
      details: [`calls  ours ${listOf(oursCalls)}`, `calls  peer ${listOf(peerCalls)}`],
    },
  ]
}

/** One call after the other is begun, whatever the earlier ones still wait for. */
async function callsOf(credential: Credential): Promise<Call[]> {
  const begun = performance.now()
  const calls: Promise<Call>[] = []
  for (let index = 0; index * everyMs < endMs; index++) {
    await pause(begun + index * everyMs - performance.now())
    calls.push(callOf(credential))
  }
  return Promise.all(calls)
}

async function callOf(credential: Credential): Promise<Call> {
  const begun = performance.now()
  const failed = await credential.getToken(scope).then(
    () => false,
    () => true,
  )
  return { milliseconds: performance.now() - begun, failed }
}

function summaryOf(calls: readonly Call[]): string {
  const failed = calls.filter((call) => call.failed).length
  const longest = Math.max(...calls.map(({ milliseconds }) => milliseconds))
  return `${failed} of ${calls.length} calls failed, the longest took ${time(longest)}`
}

/** Each call by its milliseconds, with an exclamation mark before one that failed. */
function listOf(calls: readonly Call[]): string {
  return calls.map(({ milliseconds, failed }) => `${failed ? '!' : ''}${Math.round(milliseconds)}`).join(' ')
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
