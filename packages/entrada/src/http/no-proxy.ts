/**
 * What `NO_PROXY` says: which hosts are asked directly although there is a proxy. No standard describes it, and tools differ, so
 * whatever curl, Node, Go or Python understand is understood here: an entry that is not would send to the proxy what its author meant to keep
 * from it.
 */
import { type Env, settingOf } from '../runtime/environment.ts'

/** A host as entries are compared with it: its name, or its number where it is an address. */
interface Host {
  name: string
  address: Address | undefined
  port: string
}

/** An IPv4 or IPv6 address as a number of 32 or 128 bits. */
interface Address {
  bits: 32 | 128
  value: bigint
}

/** Whether an entry names a host. */
type Entry = (host: Host) => boolean

/** The value that counts: `no_proxy`, else `NO_PROXY`. */
export function noProxyOf(env: Env): string {
  return settingOf(env, 'no_proxy') ?? settingOf(env, 'NO_PROXY') ?? ''
}

/** Whether a list of entries names the host of a URL. */
export function isExempt(url: URL, noProxy: string): boolean {
  const name = bare(url.hostname)
  const host = { name, address: addressOf(name), port: url.port || '443' }
  return entriesIn(noProxy).some((entry) => readEntry(entry)?.(host) === true)
}

/** The entries of a list that name no host in any form that is known here. */
export function unreadEntries(noProxy: string): string[] {
  return entriesIn(noProxy).filter((entry) => readEntry(entry) === undefined)
}

/** Between entries are commas or white space, and on Windows semicolons. */
function entriesIn(noProxy: string): string[] {
  return noProxy
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean)
}

/** An entry's port, and the rest of it. What has several colons and no brackets is an IPv6 address without a port. */
const withPort = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/

function readEntry(text: string): Entry | undefined {
  // Not a part of any form, but often written: only the host of such a URL is meant.
  const [, entry = text] = /^https?:\/\/([^/]*)\/?$/.exec(text) ?? []
  const [, place = entry, port] = withPort.exec(entry) ?? []
  const isNamed = readNetwork(place) ?? readRange(place) ?? readAddress(place) ?? readName(place)
  if (isNamed === undefined || port === undefined) return isNamed
  return (host) => host.port === port && isNamed(host)
}

/** `10.0.0.0/8`, `fd00::/8`. */
function readNetwork(text: string): Entry | undefined {
  const [, first = '', digits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const network = addressOf(first)
  const prefix = Number(digits)
  if (network === undefined || prefix > network.bits) return undefined
  const rest = BigInt(network.bits - prefix)
  return ({ address }) => address?.bits === network.bits && address.value >> rest === network.value >> rest
}

/** `10.0.0.1-10.0.0.99`, as Node has it. */
function readRange(text: string): Entry | undefined {
  const [from, to, ...more] = text.split('-').map(addressOf)
  if (from === undefined || to?.bits !== from.bits || more.length > 0 || to.value < from.value) return undefined
  return ({ address }) => address?.bits === from.bits && from.value <= address.value && address.value <= to.value
}

function readAddress(text: string): Entry | undefined {
  const named = addressOf(text)
  return named && (({ address }) => address?.bits === named.bits && address.value === named.value)
}

/** A name, which also stands for its subdomains, or a pattern with `*`. */
function readName(text: string): Entry | undefined {
  if (text === '*') return () => true
  const name = text.replace(/^\*?\./, '').replace(/\.$/, '')
  // `*` in other places stands for any characters, dots included: `10.*`, `*.west.*`.
  if (name.includes('*')) return /^[\w.*-]+$/.test(name) ? (host) => matches(name.split('*'), host.name) : undefined
  // A part of an address is not a name: no name ends with a number.
  if (/(?:^|\.)\d*$/.test(name)) return undefined
  const ascii = /^[\w.-]+$/.test(name) ? name : asciiOf(name)
  if (ascii === undefined) return undefined
  return (host) => host.name === ascii || (host.address === undefined && host.name.endsWith(`.${ascii}`))
}

/** A name beyond ASCII in the form in which hosts have it. */
function asciiOf(name: string): string | undefined {
  const isName = /^[\w.\u0080-\uffff-]+$/.test(name) && URL.canParse(`https://${name}`)
  return isName ? bare(new URL(`https://${name}`).hostname) : undefined
}

/** Whether a text is these parts in this order, with anything between them. Takes time in proportion to the text. */
function matches(parts: readonly string[], text: string): boolean {
  const [first = '', ...others] = parts
  const last = others.pop() ?? ''
  let at = first.length
  if (!text.startsWith(first)) return false
  for (const part of others) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

/** Reads an address in the usual form, with or without brackets. An IPv4 address that is written as IPv6 is an IPv4 address. */
function addressOf(text: string): Address | undefined {
  const host = bare(text)
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) {
    const parts = host.split('.').map(Number)
    return parts.every((part) => part < 256) ? { bits: 32, value: joined(parts, 8n) } : undefined
  }
  if (!host.includes(':') || !URL.canParse(`https://[${host}]`)) return undefined
  const [before = '', after = ''] = bare(new URL(`https://[${host}]`).hostname).split('::')
  const [head, tail] = [before, after].map((half) =>
    (half === '' ? [] : half.split(':')).map((group) => parseInt(group, 16)),
  )
  if (head === undefined || tail === undefined) return undefined
  const value = joined([...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail], 16n)
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value }
}

function joined(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) | BigInt(part), 0n)
}

/** A host without brackets, and without the dot with which a name may end. */
function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}
