import { createPrivateKey, generateKeyPairSync, sign as signBytes, X509Certificate } from 'node:crypto'
import { importX509, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { failure, scope } from '../world.ts'
import { type MadeCertificate, makeCertificate } from './make-certificate.ts'
import { authenticatedSafe, certificateBag, keyBag, pfx } from './pkcs12-writer.ts'
import { signedWith, withCertificate } from './signed-with.ts'

const at = (year: number): Date => new Date(Date.UTC(year, 0, 1))
const today = at(2030).getTime()

const root = makeCertificate({ name: 'root' })
const first = makeCertificate({ name: 'app', issuer: root, notBefore: at(2020), notAfter: at(2025) })
const { privateKey } = first
const edition = (from: number, to: number): MadeCertificate =>
  makeCertificate({ name: 'app', issuer: root, privateKey, notBefore: at(from), notAfter: at(to) })
const editions = {
  over: first,
  now: edition(2029, 2035),
  endsSooner: edition(2029, 2034),
  soon: edition(2034, 2050),
}
type Edition = keyof typeof editions

const der = ({ certificate }: MadeCertificate): string => new X509Certificate(certificate).raw.toString('base64')

function chainOf(header: Record<string, unknown>): string[] {
  return header.x5c as string[]
}

async function chosen(certificate: string | Uint8Array, now = today): Promise<string[]> {
  const { header } = await signedWith({ certificate }, { sendCertificateChain: true, host: { now: () => now } })
  return chainOf(header)
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) =>
    orders([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  )
}

const pemOf = (names: readonly Edition[]): string =>
  privateKey + names.map((name) => editions[name].certificate).join('')
const pkcs12Of = (names: readonly Edition[]): Uint8Array =>
  pfx(authenticatedSafe([keyBag(first), ...names.map((name) => certificateBag(editions[name]))]))

test('only the certificate that is valid now and expires last signs, wherever it is in the file', async () => {
  for (const order of orders<Edition>(['over', 'now', 'endsSooner', 'soon'])) {
    expect(await chosen(pemOf(order))).toEqual([der(editions.now)])
    expect(await chosen(pkcs12Of(order))).toEqual([der(editions.now)])
  }
})

test('its own chain goes along, and no other certificate', async () => {
  const foreign = makeCertificate({ name: 'foreign' })
  const namesake = makeCertificate({ name: 'root' })
  const others = foreign.certificate + namesake.certificate + root.certificate
  expect(await chosen(others + pemOf(['soon', 'now', 'over']))).toEqual([der(editions.now), der(root)])
})

test('an authority that was renewed with its key is in the chain once, as it is valid', async () => {
  const authority = { name: 'root', privateKey: root.privateKey }
  const old = makeCertificate({ ...authority, notBefore: at(2010), notAfter: at(2022) })
  const present = makeCertificate({ ...authority, notBefore: at(2022), notAfter: at(2040) })
  for (const order of orders([old, present])) {
    const above = order.map(({ certificate }) => certificate).join('')
    expect(await chosen(above + pemOf(['now']))).toEqual([der(editions.now), der(present)])
  }
})

test('a certificate that signed itself has no chain, though its successor has its name and key', async () => {
  const own = makeCertificate({ name: 'own', notBefore: at(2020), notAfter: at(2031) })
  const next = makeCertificate({ name: 'own', privateKey: own.privateKey, notBefore: at(2029), notAfter: at(2033) })
  for (const order of orders([own, next])) {
    const pem = own.privateKey + order.map(({ certificate }) => certificate).join('')
    expect(await chosen(pem)).toEqual([der(next)])
  }
})

test('a successor in the same file takes over when its time has come, and nothing is read again', async () => {
  let now = today
  const { credential, sent } = withCertificate(
    { certificate: pemOf(['soon', 'now']) },
    { sendCertificateChain: true, host: { now: () => now } },
  )
  await credential.getToken(scope)
  now = at(2036).getTime()
  await credential.getToken(scope, { claims: '{}' })
  expect(sent.map(({ header }) => chainOf(header))).toEqual([[der(editions.now)], [der(editions.soon)]])
})

test('where none is valid, the one that is to come goes to Entra ID, whose clock may know better', async () => {
  expect(await chosen(pemOf(['over', 'soon']))).toEqual([der(editions.soon)])
})

test('where all are over, the error names the day of the last', async () => {
  const { credential } = withCertificate(
    { certificate: pemOf(['endsSooner', 'now', 'over']) },
    { host: { now: () => at(2060).getTime() } },
  )
  expect((await failure(credential.getToken(scope))).message).toContain('expired on 2035-01-01')
})

const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const ellipticPem = elliptic.export({ type: 'pkcs8', format: 'pem' }) as string
const { privateKey: foreignKey } = makeCertificate({ name: 'foreign' })
const locked = createPrivateKey(foreignKey).export({
  ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'of somebody else' },
}) as string

test.each<[string, string]>([
  ['elliptic', ellipticPem],
  ['foreign', foreignKey],
  ['locked', locked],
  ['broken', foreignKey.replace(/\n.{64}\n/, '\nAAAA\n')],
])('a key beside the right pair that is %s is no reason to refuse', async (_, other) => {
  for (const pem of [other + pemOf(['now']), pemOf(['now']) + other]) {
    for (const certificatePassword of [undefined, 'a password']) {
      const given = certificatePassword === undefined ? { certificate: pem } : { certificate: pem, certificatePassword }
      const { header } = await signedWith(given, { sendCertificateChain: true, host: { now: () => today } })
      expect(chainOf(header)).toEqual([der(editions.now)])
    }
  }
})

test('keys and certificates of a PKCS#12 are matched, whichever way round they stand', async () => {
  const foreign = makeCertificate({ name: 'foreign' })
  const bags = [keyBag({ ...foreign, privateKey: ellipticPem }), keyBag(foreign), keyBag(first)]
  for (const keys of [bags, bags.toReversed()]) {
    const certificate = pfx(authenticatedSafe([certificateBag(editions.over), ...keys, certificateBag(editions.now)]))
    const { jwt, header } = await signedWith(
      { certificate },
      { sendCertificateChain: true, host: { now: () => today } },
    )
    expect(chainOf(header)).toEqual([der(editions.now)])
    const key = await importX509(editions.now.certificate, 'PS256')
    await jwtVerify(jwt, key, { currentDate: new Date(today) })
  }
})

test('a signing callback is given the valid one of the certificates of its key', async () => {
  for (const order of orders<Edition>(['over', 'now', 'soon'])) {
    const certificate = order.map((name) => editions[name].certificate).join('') + root.certificate
    const sign = (input: Uint8Array): Uint8Array => signBytes('sha256', input, privateKey)
    const options = { sendCertificateChain: true, host: { now: () => today } }
    const { header } = await signedWith({ certificate, sign }, options)
    expect(chainOf(header)).toEqual([der(editions.now), der(root)])
  }
})
