import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as after } from 'node:timers/promises'
import { partitionName } from 'entrada/store'
import { type RedisServer, startRedisCluster } from '../../interop/redis/servers.ts'
import { slotOf } from '../../packages/redis/src/keys.ts'
import { time } from '../row.ts'
import { beMember, type MemberReport } from './member.ts'
import { type FleetPlan, userAssertion } from './plan.ts'
import { startTokenService, subjectId } from './token-service.ts'

/** How long the members may take to learn of a new master, after Redis has made one. */
const learningMs = 2_000

if (process.env.FLEET_PLAN === undefined) await runFleet()
else await beMember(JSON.parse(process.env.FLEET_PLAN) as FleetPlan)

/** Runs the fleet, kills a master in the middle, and prints what its members saw. */
async function runFleet(): Promise<void> {
  const [seconds = 600, rate = 2000, size = 64, users = 100_000] = process.argv.slice(2).map(Number)
  if (![seconds, rate, size, users].every((value) => value > 0)) {
    console.error('fleet: npm run fleet -- SECONDS CALLS_A_SECOND MEMBERS USERS, all of them numbers above 0.')
    process.exit(2)
  }
  await using cluster = await startRedisCluster(1)
  await using service = await startTokenService()
  const plan: FleetPlan = {
    redisPorts: cluster.ports,
    servicePort: service.port,
    storeKey: randomBytes(32).toString('base64'),
    users,
    callsPerSecond: rate / size,
  }
  const members = Array.from({ length: size }, () =>
    fork(process.argv[1] ?? '', { env: { ...process.env, FLEET_PLAN: JSON.stringify(plan) } }),
  )
  await Promise.all(members.map((member) => once(member, 'message')))
  for (const member of members) member.send('start')
  await after((seconds * 1000) / 2)
  const [victim, witness] = [cluster.nodes[0] as RedisServer, cluster.nodes[1] as RedisServer]
  const lost = await slotsOf(victim)
  const killedAt = Date.now()
  await victim.kill()
  await untilFailedOver(witness, victim.port)
  const recoveredAt = Date.now() + learningMs
  await after(Math.max(0, killedAt + (seconds * 1000) / 2 - Date.now()))
  const reports = await Promise.all(members.map(reportOf))
  const idOf = new Map(Array.from({ length: users }, (_, user) => [subjectId(userAssertion(user)), user]))
  const most = { alive: 0, lost: 0 }
  for (const [id, count] of service.requests) {
    if (!idOf.has(id)) throw new Error('fleet: a token was asked for nobody.')
    const name = partitionName(id)
    const isLost = count > 1 && lost.some(([first, last]) => isBetween(slotOf(`{${name}}`), first, last))
    most[isLost ? 'lost' : 'alive'] = Math.max(most[isLost ? 'lost' : 'alive'], count)
  }
  const calls = reports.flatMap((report) => report.calls)
  const failures = reports.flatMap((report) => report.failures)
  const during = calls.filter(([at]) => at >= killedAt && at <= recoveredAt).map(([, took]) => took)
  const outside = calls.filter(([at]) => at < killedAt || at > recoveredAt).map(([, took]) => took)
  console.log(`${size} members, ${users.toLocaleString('en')} users, ${seconds} s at ${rate}/s, three masters with a replica each
one master killed after ${seconds / 2} s; failed over, and known, ${time(recoveredAt - killedAt)} later

calls                                              ${calls.length.toLocaleString('en')} (${(calls.length / seconds).toFixed(0)}/s)
calls that failed                                  ${failures.length}   aim 0 ${failures[0] ?? ''}
tokens asked for                                   ${service.requests.size.toLocaleString('en')}
most requests for one token, its master alive      ${most.alive}   aim 1
most requests for one token, its master lost       ${most.lost || 1}   aim ${size} or fewer
p50, p99 outside the failover                      ${time(quantile(outside, 0.5))}, ${time(quantile(outside, 0.99))}   aim 5 ms
p50, p99 in the failover                           ${time(quantile(during, 0.5))}, ${time(quantile(during, 0.99))}`)
}

async function reportOf(member: ChildProcess): Promise<MemberReport> {
  const report = once(member, 'message')
  member.send('stop')
  const [said] = await report
  return said as MemberReport
}

/** Ranges of slots, as `CLUSTER NODES` tells them of the node that is asked. */
async function slotsOf(node: RedisServer): Promise<[first: number, last: number][]> {
  const line = (await node.command('CLUSTER', 'NODES')).split('\n').find((one) => one.includes('myself,master'))
  return (line?.split(' ').slice(8) ?? []).map((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return [first, last]
  })
}

/** Waits until no slot is the dead master's, and every slot somebody's. */
async function untilFailedOver(witness: RedisServer, deadPort: number): Promise<void> {
  for (;;) {
    const [info, nodes] = [await witness.command('CLUSTER', 'INFO'), await witness.command('CLUSTER', 'NODES')]
    const dead = nodes.split('\n').find((line) => line.includes(`:${deadPort}@`))
    if (info.includes('cluster_state:ok') && !/\d+-\d+$/.test(dead?.trim() ?? '')) return
    await after(100)
  }
}

function isBetween(slot: number, first: number, last: number): boolean {
  return slot >= first && slot <= last
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length * part)] ?? Number.NaN
}
