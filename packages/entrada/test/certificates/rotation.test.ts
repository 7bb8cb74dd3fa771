import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EntradaEvent } from 'entrada'
import { importX509, jwtVerify } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failure, scope } from '../world.ts'
import { makeCertificate, makePkcs12 } from './make-certificate.ts'
import { withCertificate } from './signed-with.ts'

const first = makeCertificate({ name: 'first' })
const second = makeCertificate({ name: 'second' })

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-rotation-'))
  path = join(folder, 'app.pem')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Replaces the file as a whole, so that no time stamp needs to go on. */
async function replace(content: string | Uint8Array, file = path): Promise<void> {
  await writeFile(`${file}.new`, content)
  await rename(`${file}.new`, file)
}

/** A credential of the file; `ask` sends a new token request and tells with which certificate it was signed. */
function opened(certificatePassword?: string) {
  const events: EntradaEvent[] = []
  const certificate = { certificatePath: path, ...(certificatePassword === undefined ? {} : { certificatePassword }) }
  const { credential, sent } = withCertificate(certificate, { onEvent: (event) => events.push(event) })
  async function ask(): Promise<'first' | 'second'> {
    await credential.getToken(scope, { claims: '{}' })
    const jwt = sent.at(-1)?.jwt ?? ''
    const isSecond = await importX509(second.certificate, 'PS256')
      .then((key) => jwtVerify(jwt, key))
      .then(
        () => true,
        () => false,
      )
    if (isSecond) return 'second'
    await jwtVerify(jwt, await importX509(first.certificate, 'PS256'))
    return 'first'
  }
  const warnings = (): string[] => events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
  return { credential, ask, warnings, sent }
}

test('a replaced file is used from the next token request on, and no sooner', async () => {
  await replace(first.pem)
  const { credential, ask, sent, warnings } = opened()
  expect(await ask()).toBe('first')
  await replace(second.pem)
  await credential.getToken(scope)
  expect(sent).toHaveLength(1)
  expect(await ask()).toBe('second')
  await replace(first.pem)
  expect(await ask()).toBe('first')
  expect(warnings()).toEqual([])
})

test('a PKCS#12 is replaced by a PEM, under the same password', async () => {
  await replace(makePkcs12(first, 'a password'))
  const { ask } = opened('a password')
  expect(await ask()).toBe('first')
  await replace(makePkcs12(second, 'a password'))
  expect(await ask()).toBe('second')
  await replace(first.pem)
  expect(await ask()).toBe('first')
})

test.each<[string, () => Promise<unknown>, RegExp]>([
  ['half written', () => replace(second.pem.slice(0, -200)), /no certificate in it/],
  ['empty', () => replace(''), /neither PEM nor PKCS#12/],
  ['a key without its certificate', () => replace(second.privateKey), /no certificate in it/],
  [
    'a key next to another certificate',
    () => replace(second.privateKey + first.certificate),
    /does not belong to the certificate/,
  ],
  ['PKCS#12 under another password', () => replace(makePkcs12(second, 'another')), /password/],
  ['gone', () => rm(path), /ENOENT/],
  [
    'a folder',
    async () => {
      await rm(path)
      await mkdir(path)
    },
    /EISDIR/,
  ],
])('while the file is %s the previous certificate stays in use, with a warning', async (_, spoil, reason) => {
  await replace(first.pem)
  const { ask, warnings } = opened()
  expect(await ask()).toBe('first')
  await spoil()
  expect(await ask()).toBe('first')
  expect(warnings()).toEqual([expect.stringMatching(reason)])
  expect(warnings()[0]).toMatch(/the previous certificate stays in use/)
  await rm(path, { recursive: true, force: true })
  await replace(second.pem)
  expect(await ask()).toBe('second')
  expect(warnings()).toHaveLength(1)
})

test('a file that can’t be used from the start is an error, and is used as soon as it is whole', async () => {
  const { credential, ask, warnings } = opened()
  expect((await failure(credential.getToken(scope))).message).toContain('ENOENT')
  await replace(first.pem.slice(0, -200))
  expect((await failure(credential.getToken(scope))).message).toContain('no certificate in it')
  await replace(first.pem)
  expect(await ask()).toBe('first')
  expect(warnings()).toEqual([])
})

test('a swapped link is followed, as Kubernetes replaces the files of a secret', async () => {
  for (const [name, { pem }] of Object.entries({ first, second })) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'app.pem'), pem)
  }
  await symlink('first', join(folder, '..data'))
  await symlink(join('..data', 'app.pem'), path)
  const { ask } = opened()
  expect(await ask()).toBe('first')
  await symlink('second', join(folder, '..data.new'))
  await rename(join(folder, '..data.new'), join(folder, '..data'))
  expect(await ask()).toBe('second')
})
