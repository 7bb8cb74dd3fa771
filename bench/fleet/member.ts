import { once } from 'node:events'
import { redisTokenStore } from '@entrada/redis'
import { OnBehalfOfCredential } from 'entrada'
import { Cluster } from 'ioredis'
import { type FleetPlan, scope, userAssertion } from './plan.ts'

/** What became of the calls of one member. */
export interface MemberReport {
  /** When each call began, in milliseconds since the epoch, and how long it took. */
  calls: [at: number, milliseconds: number][]
  failures: string[]
}

/** One process of the fleet: it serves users, drawn anew for each call, until it is told to stop. */
export async function beMember(plan: FleetPlan): Promise<void> {
  const cluster = new Cluster(
    plan.redisPorts.map((port) => ({ host: '127.0.0.1', port })),
    { clusterRetryStrategy: () => 200 },
  )
  cluster.on('error', () => undefined)
  const credential = new OnBehalfOfCredential({
    tenantId: '11111111-1111-4111-8111-111111111111',
    clientId: '22222222-2222-4222-8222-222222222222',
    clientSecret: 'secret',
    tokenStore: redisTokenStore(cluster, { keys: plan.storeKey }),
    authorityHost: `http://127.0.0.1:${plan.servicePort}`,
    allowInsecureConnection: true,
  })
  const report: MemberReport = { calls: [], failures: [] }
  const running = new Set<Promise<void>>()
  const call = async (): Promise<void> => {
    const at = Date.now()
    const start = performance.now()
    try {
      const user = Math.floor(Math.random() * plan.users)
      await credential.getToken(scope, { userAssertionToken: userAssertion(user) })
      report.calls.push([at, performance.now() - start])
    } catch (error) {
      report.failures.push(String(error))
    }
  }
  // The fleet is watched from when it is warm: a start is what `npm run bench -- start` measures.
  await call()
  report.calls.length = 0
  await said('ready')
  await once(process, 'message')
  let owed = 0
  let last = performance.now()
  const tick = setInterval(() => {
    const now = performance.now()
    owed += ((now - last) / 1000) * plan.callsPerSecond
    last = now
    for (; owed >= 1; owed--) {
      const one = call().finally(() => running.delete(one))
      running.add(one)
    }
  }, 10)
  await once(process, 'message')
  clearInterval(tick)
  await Promise.all(running)
  await said(report)
  await credential.close()
  cluster.disconnect()
  process.disconnect?.()
}

function said(word: unknown): Promise<unknown> {
  return new Promise((resolve) => process.send?.(word, resolve))
}
