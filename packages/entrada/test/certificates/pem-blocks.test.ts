import { expect, test } from 'vitest'
import { pemBlocks, pemBody } from '../../src/certificates/pem-blocks.ts'
import { quickest } from '../quickest.ts'
import { failure, scope } from '../world.ts'
import { makeCertificate } from './make-certificate.ts'
import { signedWith, withCertificate } from './signed-with.ts'

const block = (label: string, body = 'AAEC'): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`

test.each<[string, string, string[]]>([
  ['nothing', '', []],
  ['two blocks and text around them', `a\n${block('A')}b${block('B')}\nc`, ['A', 'B']],
  ['a block that ends as another', `-----BEGIN A-----\nAAEC\n-----END B-----\n${block('C')}`, ['C']],
  ['a block without an end before another', `-----BEGIN A-----\nAAEC\n${block('B')}`, ['B']],
  ['a line of begin that is cut off', `-----BEGIN A\nAAEC\n-----END A-----\n${block('B')}`, ['B']],
  ['an end alone', `-----END A-----\n${block('B')}`, ['B']],
  ['more dashes than there should be', `--${block('A')}--`, ['A']],
])('finds the blocks in %s', (_, text, labels) => {
  expect(pemBlocks(text).map(({ label }) => label)).toEqual(labels)
})

test('a block has its lines of begin and end, and its bytes', () => {
  const [found] = pemBlocks(`text ${block('A', 'AAEC\r\nAwQF')} text`)
  expect(found?.text).toBe(`${block('A', 'AAECAwQF')}\n`)
  expect([...pemBody(found as { label: string; text: string })]).toEqual([0, 1, 2, 3, 4, 5])
})

test('headers of a block stay on lines of their own', () => {
  const body = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAEC'
  expect(pemBlocks(block('A', body))[0]?.text).toBe(`${block('A', body)}\n`)
})

const size = 1024 * 1024
const pumped = (text: string): string => text.repeat(Math.floor(size / text.length))

// A megabyte takes milliseconds where each character is looked at once, and minutes where each is looked at for each.
test.each([
  '-----BEGIN CERTIFICATE-----',
  '-----BEGIN CERTIFICATE-----\n',
  '-----BEGIN PRIVATE KEY-----\nAAAA\n',
  '-----BEGIN ',
  '-----BEGIN -----',
  '-----END CERTIFICATE-----',
  '-----',
  '-',
  '-----BEGIN CERTIFICATE-----\n-----END PRIVATE KEY-----\n',
  '-----BEGIN ENCRYPTED PRIVATE KEY-----A-----END ENCRYPTED PRIVATE KEY----',
])('a megabyte of %j is gone through once', async (text) => {
  const read = (): void => {
    for (const before of ['', '-----BEGIN CERTIFICATE-----']) expect(pemBlocks(before + pumped(text))).toBeDefined()
  }
  expect(await quickest(read)).toBeLessThan(1_000)
})

test('a megabyte of text around a certificate is accepted, and more is refused', async () => {
  const { pem } = makeCertificate({ modulusLength: 1024 })
  const filling = pumped('-----BEGIN CERTIFICATE-----\n').slice(pem.length)
  await signedWith({ certificate: filling + pem })
  await signedWith({ certificate: pem + filling })
  const { credential } = withCertificate({ certificate: pem + pumped('-'.repeat(64)) })
  expect((await failure(credential.getToken(scope))).message).toContain('it is larger than 1048576 bytes')
})

test('thousands of keys are refused unread', async () => {
  const { pem } = makeCertificate({ modulusLength: 1024 })
  const { credential } = withCertificate({ certificate: pem + `${block('PRIVATE KEY')}\n`.repeat(101) })
  expect((await failure(credential.getToken(scope))).message).toContain('there are more than 100 private keys in it')
})
