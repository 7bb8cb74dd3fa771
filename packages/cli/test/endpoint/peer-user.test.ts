import { expect, test } from 'vitest'
import { peerUser } from '../../src/endpoint/peer-user.ts'

const line = (local: string, remote: string, state: string, user: number): string =>
  `   1: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${user}        0 12345 1 0000000000000000 20 4 30 10 -1\n`
const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const server = '0100007F:1F90'
const client = '0100007F:9C40'
const connection = { remoteAddress: '127.0.0.1', remotePort: 40_000, localAddress: '127.0.0.1', localPort: 8080 }

function of(tables: { tcp?: string; tcp6?: string }, changes: object = {}): Promise<number | undefined> {
  return peerUser({ ...connection, ...changes }, async (table) => tables[table])
}

test('the user is that of the client’s end, not of the server’s', async () => {
  const tcp = header + line(server, client, '01', 1) + line(client, server, '01', 1000)
  expect(await of({ tcp })).toBe(1000)
})

test('a client with an IPv6 socket is found in the other table', async () => {
  const mapped = '0000000000000000FFFF0000'
  const tcp6 = header + line(`${mapped}${client}`, `${mapped}${server}`, '01', 1001)
  expect(await of({ tcp: header, tcp6 })).toBe(1001)
  const loopback = '00000000000000000000000001000000'
  const of6 = header + line(`${loopback}:9C40`, `${loopback}:1F90`, '01', 1002)
  expect(await of({ tcp6: of6 }, { remoteAddress: '::1', localAddress: '::1' })).toBe(1002)
})

test.for([
  ['there is no table', {}],
  ['the connection is not in it', { tcp: header + line('0100007F:9C41', server, '01', 1000) }],
  ['the client has left, and the row says root', { tcp: header + line(client, server, '06', 0) }],
  ['a row is cut', { tcp: `${header}   1: ${client} ${server} 01 ` }],
] as const)('nobody is known where %s', async ([, tables]) => {
  expect(await of(tables)).toBe(undefined)
})

test('nobody is known at the other end of a Unix socket', async () => {
  expect(await of({ tcp: header }, { remoteAddress: undefined })).toBe(undefined)
})
