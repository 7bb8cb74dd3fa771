import { ClientSecretCredential as PeerCredential } from '@azure/identity'
import { ClientSecretCredential } from 'entrada'
import { duration } from '../measure.ts'
import { type Measure, time } from '../row.ts'
import { countingHttpClient } from '../stand-in.ts'
import { type Sts, startSts } from '../sts.ts'

const scope = 'https://storage.azure.com/.default'

interface Sides {
  ours: ClientSecretCredential
  peer: PeerCredential
  peerClient: { requests: number }
}

/** Both libraries as their documents say, without retries: those would only make the peer's rows longer. */
function bothAgainst({ emulator, tenantId, clientId, secret }: Sts): Sides {
  const peerClient = countingHttpClient()
  const shared = { authorityHost: emulator.url, tlsOptions: { ca: emulator.ca.pem }, retryOptions: { maxRetries: 0 } }
  return {
    ours: new ClientSecretCredential(tenantId, clientId, secret, shared),
    peer: new PeerCredential(tenantId, clientId, secret, {
      ...shared,
      disableInstanceDiscovery: true,
      httpClient: peerClient,
    }),
    peerClient,
  }
}

/** A thousand callers at once, and nothing in the cache. */
export const coldCrowd: Measure = async () => {
  const sts = await startSts()
  const { ours, peer, peerClient } = bothAgainst(sts)
  // Loads the code and opens a connection, so that the row is about the crowd.
  await Promise.all([ours.getToken('https://warm.example/.default'), peer.getToken('https://warm.example/.default')])
  sts.emulator.requests.clear()
  let refused = 0
  // A thousand connections at once are more than some machines give; the others still have to be waited for.
  const call = (credential: { getToken(scope: string): Promise<unknown> }): Promise<unknown> =>
    credential.getToken(scope).catch(() => refused++)
  const crowd = (credential: { getToken(scope: string): Promise<unknown> }): Promise<number> =>
    duration(() => Promise.all(Array.from({ length: 1000 }, () => call(credential))))
  const oursMs = await crowd(ours)
  const oursRefused = refused
  const oursRequests = sts.emulator.requests.filter(({ path }) => path.endsWith('/token')).length
  peerClient.requests = 0
  const peerMs = await crowd(peer)
  const failed = refused - oursRefused
  await Promise.all([ours.close(), sts.emulator.close()])
  return [
    {
      what: '1,000 concurrent cold getToken',
      ours: `${oursRequests} request, ${time(oursMs)}`,
      peer: `${peerClient.requests.toLocaleString('en')} requests, ${time(peerMs)}${failed === 0 ? '' : `, ${failed} calls failed`}`,
      ratio: peerMs / oursMs,
      aim: '1 request, 30 ms',
      isReached: oursRequests === 1 && oursRefused === 0 && oursMs <= 30,
    },
  ]
}

/** What a caller waits for in the refresh window, and what it is told when the token service fails. */
export const refreshWindow: Measure = async () => {
  const sts = await startSts(1)
  const { ours, peer } = bothAgainst(sts)
  await Promise.all([ours.getToken(scope), peer.getToken(scope)])
  await new Promise((resolve) => setTimeout(resolve, 2100))
  sts.emulator.faults.always({ delay: 2000 })
  const oursMs = await duration(() => ours.getToken(scope))
  const peerMs = await duration(() => peer.getToken(scope))
  sts.emulator.faults.clear()
  await ours.close()
  const outages = [await outage(sts, 503), await outage(sts, 429)]
  await sts.emulator.close()
  return [
    {
      what: 'getToken in the refresh window, token service takes 2 s',
      ours: time(oursMs),
      peer: time(peerMs),
      ratio: peerMs / oursMs,
      aim: '1 ms',
      isReached: oursMs < 1,
    },
    ...outages,
  ]
}

/** Errors of fifty calls while the token is valid and its refresh fails. */
async function outage(sts: Sts, status: number): Promise<Awaited<ReturnType<Measure>>[number]> {
  const { ours, peer } = bothAgainst(sts)
  await Promise.all([ours.getToken(scope), peer.getToken(scope)])
  await new Promise((resolve) => setTimeout(resolve, 2100))
  sts.emulator.faults.always({ status, body: { error: 'temporarily_unavailable' } })
  const errors = async (credential: { getToken(scope: string): Promise<unknown> }): Promise<number> => {
    let count = 0
    for (let call = 0; call < 50; call++) await credential.getToken(scope).catch(() => count++)
    return count
  }
  const [oursErrors, peerErrors] = [await errors(ours), await errors(peer)]
  sts.emulator.faults.clear()
  await ours.close()
  return {
    what: `errors of 50 calls while the service answers ${status} and the token is valid`,
    ours: String(oursErrors),
    peer: String(peerErrors),
    aim: '0',
    isReached: oursErrors === 0,
  }
}
