import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'

/** The two ends of a connection, as this process sees them. */
export type Connection = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>

/**
 * The id of the user whose program is at the other end, from the kernel's table of this machine's connections
 * (proc_net_tcp in the kernel's documentation). `undefined` where there is no such table, and for a program in another
 * network namespace or on another machine.
 */
export async function peerUser(
  connection: Connection,
  readTable: (table: 'tcp' | 'tcp6') => Promise<string | undefined> = readProcTable,
): Promise<number | undefined> {
  const { remoteAddress, remotePort, localAddress, localPort } = connection
  if (remoteAddress === undefined || localAddress === undefined) return undefined
  if (remotePort === undefined || localPort === undefined) return undefined
  for (const { table, ends } of [
    { table: 'tcp', ends: [ipv4(remoteAddress), ipv4(localAddress)] },
    // A program may have opened an IPv6 socket to an IPv4 address.
    { table: 'tcp6', ends: [ipv6(remoteAddress), ipv6(localAddress)] },
  ] as const) {
    const [remote, local] = ends
    if (remote === undefined || local === undefined) continue
    const lines = await readTable(table)
    const user = userOf(lines ?? '', `${remote}:${port(remotePort)}`, `${local}:${port(localPort)}`)
    if (user !== undefined) return user
  }
  return undefined
}

async function readProcTable(table: 'tcp' | 'tcp6'): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  return readFile(`/proc/self/net/${table}`, 'latin1').catch(() => undefined)
}

const established = '01'

/** Only an established connection has its user in the table. */
function userOf(table: string, itsEnd: string, ourEnd: string): number | undefined {
  const at = table.indexOf(` ${itsEnd} ${ourEnd} ${established} `)
  if (at === -1) return undefined
  const [, , , , , , user] = table.slice(at + 1, at + 200).split(/ +/, 7)
  return user !== undefined && /^\d+$/.test(user) ? Number(user) : undefined
}

function port(number: number): string {
  return number.toString(16).toUpperCase().padStart(4, '0')
}

/** Four bytes in the machine's order, which is little-endian wherever Node runs on Linux but for s390x. */
function ipv4(address: string): string | undefined {
  const parts = address.replace(/^::ffff:/i, '').split('.')
  if (parts.length !== 4) return undefined
  return word(parts.map(Number))
}

function ipv6(address: string): string | undefined {
  if (address === '::1') return `${'0'.repeat(24)}${word([0, 0, 0, 1])}`
  const mapped = ipv4(address)
  return mapped === undefined ? undefined : `${'0'.repeat(16)}${word([0, 0, 255, 255])}${mapped}`
}

function word(bytes: readonly number[]): string {
  const ordered = littleEndian ? bytes.toReversed() : bytes
  return Buffer.from(ordered).toString('hex').toUpperCase()
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
