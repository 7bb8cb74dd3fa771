import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { childrenOf, enclosedIn, octetsOf, readAsn1 } from '../packages/entrada/src/certificates/asn1.ts'
import { macData, pfx, sequence } from '../packages/entrada/test/certificates/pkcs12-writer.ts'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { component, openssl } from './components.ts'
import fixed from './pkcs12/bases.json' with { type: 'json' }
import { mutated, seeded } from './pkcs12/mutations.ts'
import { makeCertificates, makeFiles, type OpensslFile } from './pkcs12/openssl-files.ts'
import { byEntrada, byForge, byOpenssl } from './pkcs12/readers.ts'

component(openssl)

interface Made {
  files: OpensslFile[]
  pemOf(name: string): string
  remove(): void
}

let making: Promise<Made> | undefined
const made = (): Promise<Made> => (making ??= make())
afterAll(async () => (await making)?.remove())

async function make(): Promise<Made> {
  const folder = await temporaryFolder()
  await makeCertificates(folder.path)
  const pemOf = (name: string): string => readFileSync(join(folder.path, name), 'utf8')
  return { files: await makeFiles(folder.path, 500), pemOf, remove: folder.remove }
}

const derOf = (pem: string): string => new X509Certificate(pem).raw.toString('base64')

test('500 files by OpenSSL, of every encryption, MAC, password and content, are opened for what they are', async () => {
  const { files, pemOf } = await made()
  expect(files).toHaveLength(500)
  for (const { name, bytes, password, chain } of files) {
    expect(await byEntrada(bytes, password), name).toEqual({ chain: chain.map((file) => derOf(pemOf(file))) })
  }
}, 300_000)

test('OpenSSL behind node:tls and node-forge open no file that is not opened here, and fewer of them', async () => {
  const { files } = await made()
  const openssl = files.filter(({ bytes, password }) => byOpenssl(bytes, password))
  // Its legacy provider is not loaded in Node, and it refuses a file without a MAC.
  expect(files.filter((file) => !openssl.includes(file) && !file.make.isLegacy && file.make.mac !== 'none')).toEqual([])
  const forge = files.slice(0, 100).filter(({ bytes, password }) => byForge(bytes, password))
  expect(forge.length).toBeGreaterThan(10)
  expect(forge.length).toBeLessThan(60)
}, 300_000)

test('a wrong password is called so for each of the files that have one', async () => {
  const { files } = await made()
  for (const { name, bytes, password, make } of files.filter((_, index) => index % 5 === 0)) {
    if (make.mac === 'none' && make.encryption === 'NONE') continue
    const refusal = 'certificatePassword does not open the PKCS#12. Check the password.'
    expect(await byEntrada(bytes, `${password}?`), name).toEqual({ refusal })
  }
}, 120_000)

/** What the MAC of a file is over. */
function authenticatedOf(file: Uint8Array): Uint8Array {
  const [, authSafe] = childrenOf(readAsn1(file))
  return octetsOf(enclosedIn(childrenOf(authSafe)[1]))
}

function withMac(authenticated: Uint8Array, password: string): Uint8Array {
  return pfx(authenticated, macData(authenticated, password))
}

test('a file with the keys and certificates of two is opened, whichever comes first', async () => {
  const { files, pemOf } = await made()
  for (const encryption of ['AES-256-CBC', 'PBE-SHA1-3DES', 'PBE-SHA1-RC2-40', 'NONE']) {
    const own = files.find(({ chain, make }) => chain[0] === 'own.crt' && make.encryption === encryption)
    const isOther = ({ chain, password, make }: OpensslFile): boolean =>
      chain[0] === 'leaf.crt' && password === own?.password && make.encryption === encryption
    const parts = [own, files.find(isOther)].map((file) => authenticatedOf((file as OpensslFile).bytes))
    const chains = ['own.crt', 'leaf.crt'].map((name) => derOf(pemOf(name)))
    for (const order of [parts, parts.toReversed()]) {
      const both = sequence(...order.flatMap((part) => childrenOf(readAsn1(part)).map(({ whole }) => whole)))
      const outcome = await byEntrada(withMac(both, own?.password ?? ''), own?.password ?? '')
      expect(chains, encryption).toContain('chain' in outcome ? outcome.chain[0] : outcome.refusal)
    }
  }
})

/** Why a file is refused that OpenSSL opens. */
const moreThanOpenssl = [
  // It passes over the version up to 3.4.
  /^PKCS#12 of version \d+ is not supported/,
  // It opens a file without asking the key to do anything; a key with damaged numbers fails when it signs.
  /^the private key cannot sign/,
]

/** Why a file is refused that node-forge opens. */
const moreThanForge = [
  ...moreThanOpenssl,
  // It compares no key with a certificate.
  /^the private key does not belong to the certificate/,
  // It reads no extension, no parameter and no number to its end.
  /^a (?:certificate|private key) in it cannot be read/,
  // It passes over the numbers of tags, and padding.
  /^it is not a PKCS#12, or only part of one/,
  /^the PKCS#12 is damaged/,
  /^certificatePassword fits the MAC of the PKCS#12, but a part of it has a different password/,
]

test('of 5,000 mutations each is opened, or refused in words, and each is opened that OpenSSL opens', async () => {
  const random = seeded(20_261_129)
  const { bases } = fixed
  const unexplained: string[] = []
  const counts = { opened: 0, refused: 0, byOpenssl: 0, byForgeAlone: 0 }
  for (let index = 0; index < 5_000; index++) {
    const { base64, password, name } = bases[index % bases.length] as (typeof bases)[0]
    const bytes = Buffer.from(base64, 'base64')
    const file = index % 5 === 0 ? mutated(bytes, random) : withMac(mutated(authenticatedOf(bytes), random), password)
    const outcome = await byEntrada(file, password)
    const refusal = 'refusal' in outcome ? outcome.refusal : undefined
    counts[refusal === undefined ? 'opened' : 'refused']++
    // The others would do any number of them.
    if (refusal?.includes('iterations')) continue
    const reader = byOpenssl(file, password) ? 'byOpenssl' : byForge(file, password) ? 'byForgeAlone' : undefined
    if (reader === undefined) continue
    counts[reader]++
    const reasons = reader === 'byOpenssl' ? moreThanOpenssl : moreThanForge
    const isExplained = refusal === undefined || reasons.some((reason) => reason.test(refusal))
    if (!isExplained) unexplained.push(`${index} of ${name}: ${reader}, and here: ${refusal}`)
  }
  expect(unexplained).toEqual([])
  expect(counts.byOpenssl).toBeGreaterThan(100)
  expect(counts.byForgeAlone).toBeGreaterThan(100)
}, 600_000)
