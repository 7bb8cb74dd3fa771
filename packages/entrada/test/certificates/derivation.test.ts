import { CredentialUnavailableError } from 'entrada'
import { expect, test } from 'vitest'
import { Derivation } from '../../src/certificates/derivation.ts'
import { oneAtATime } from '../../src/certificates/one-reading.ts'
import { failure, scope } from '../world.ts'
import { makeCertificate } from './make-certificate.ts'
import { authenticatedSafe, certificateBag, keyBag, macData, pbes2, pfx, shroudedBag } from './pkcs12-writer.ts'
import { withCertificate } from './signed-with.ts'

const made = makeCertificate({ modulusLength: 1024 })
const content = authenticatedSafe([keyBag(made), certificateBag(made)])
const unaborted = new AbortController().signal

/** How often the event loop goes round until the work is done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  const turn = (): void => {
    turns++
    if (!isDone) setImmediate(turn)
  }
  setImmediate(turn)
  await done
  return turns
}

test('the event loop goes round every 200 hashes while a password is stretched by the way of PKCS#12', async () => {
  const stretched = new Derivation(unaborted).hash('sha1', Buffer.alloc(20), 20_400)
  expect(await turnsDuring(stretched)).toBeGreaterThanOrEqual(100)
})

test('the event loop goes round while PBKDF2 and scrypt are at work on other threads', async () => {
  const derivation = new Derivation(unaborted)
  const [password, salt] = [Buffer.from('password'), Buffer.from('salt')]
  const parameters = { salt, iterations: 200_000, length: 32, digest: 'sha512' }
  expect(await turnsDuring(derivation.pbkdf2(password, parameters))).toBeGreaterThan(10)
  const cost = { N: 2 ** 15, r: 8, p: 1 }
  expect(await turnsDuring(derivation.scrypt(password, { salt, length: 32, cost }))).toBeGreaterThan(10)
})

const tooMany = /stretched by 10000001 iterations; the limit is 10000000\. Export it again with fewer/

test.each([
  ['the MAC', pfx(content, macData(content, 'password', { iterations: 10_000_001 }))],
  [
    'a key',
    pfx(authenticatedSafe([shroudedBag(pbes2({ iterations: 10_000_001 }), Buffer.alloc(32)), certificateBag(made)])),
  ],
])('more than ten million iterations for %s are refused by their number', async (_, certificate) => {
  const { credential } = withCertificate({ certificate, certificatePassword: 'password' })
  const error = await failure(credential.getToken(scope))
  expect(error).toBeInstanceOf(CredentialUnavailableError)
  expect(error.message).toMatch(tooMany)
})

test('one file gets forty million iterations together, and no more', async () => {
  const controller = new AbortController()
  const derivation = new Derivation(controller.signal)
  const started = Array.from({ length: 4 }, () => derivation.hash('sha1', Buffer.alloc(20), 10_000_000))
  const one = { salt: Buffer.alloc(8), iterations: 1, length: 32, digest: 'sha256' }
  await expect(derivation.pbkdf2(Buffer.from('p'), one)).rejects.toThrow(
    'stretched by 40000001 iterations together; the limit is 40000000',
  )
  controller.abort()
  const outcomes = await Promise.allSettled(started)
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
})

test('scrypt is refused where it asks for more than 64 MiB', async () => {
  const parameters = { salt: Buffer.alloc(8), length: 32, cost: { N: 2 ** 20, r: 8, p: 1 } }
  await expect(new Derivation(unaborted).scrypt(Buffer.alloc(1), parameters)).rejects.toThrow(
    'its scrypt needs 1073742848 bytes',
  )
})

test('an abort ends the slices', async () => {
  const controller = new AbortController()
  const stretched = new Derivation(controller.signal).hash('sha1', Buffer.alloc(20), 10_000_000)
  const reason = new Error('nobody waits')
  setImmediate(() => controller.abort(reason))
  await expect(stretched).rejects.toBe(reason)
})

test('an aborted call leaves at once, and the others get the token of the same reading', async () => {
  const certificate = pfx(content, macData(content, 'password', { iterations: 50_000 }))
  const { credential, sent } = withCertificate({ certificate, certificatePassword: 'password' })
  const controller = new AbortController()
  const order: string[] = []
  const leaves = failure(credential.getToken(scope, { abortSignal: controller.signal })).finally(() =>
    order.push('left'),
  )
  const stays = credential.getToken('https://other.example/.default').finally(() => order.push('token'))
  setImmediate(() => controller.abort())
  expect((await leaves).name).toBe('AbortError')
  await stays
  expect(order).toEqual(['left', 'token'])
  expect(sent).toHaveLength(1)
})

/** Work that a test ends. */
function openWork() {
  const calls: { signal: AbortSignal; resolve: (value: string) => void; reject: (error: Error) => void }[] = []
  const work = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => calls.push({ signal, resolve, reject }))
  return { calls, work, turn: () => new Promise<void>((resolve) => setImmediate(resolve)) }
}

test('callers with the same request join the reading, and each can leave by itself', async () => {
  const { calls, work, turn } = openWork()
  const join = oneAtATime<string>()
  const controllers = [new AbortController(), new AbortController()] as const
  const [one, two] = controllers.map(({ signal }) => join('a', work, signal)) as [Promise<string>, Promise<string>]
  await turn()
  expect(calls).toHaveLength(1)
  controllers[0].abort()
  await expect(one).rejects.toThrow('aborted')
  expect(calls[0]?.signal.aborted).toBe(false)
  calls[0]?.resolve('read')
  expect(await two).toBe('read')
})

test('the last to leave ends the reading, and the next begins when that one has come to its end', async () => {
  const { calls, work, turn } = openWork()
  const join = oneAtATime<string>()
  const controller = new AbortController()
  const left = join('a', work, controller.signal)
  await turn()
  controller.abort()
  await expect(left).rejects.toThrow('aborted')
  expect(calls[0]?.signal.aborted).toBe(true)
  const next = join('a', work, unaborted)
  await turn()
  expect(calls).toHaveLength(1)
  calls[0]?.reject(new Error('aborted'))
  await turn()
  expect(calls).toHaveLength(2)
  calls[1]?.resolve('read')
  expect(await next).toBe('read')
})

test('a reading that failed is not kept', async () => {
  const { calls, work, turn } = openWork()
  const join = oneAtATime<string>()
  const failed = join('a', work, unaborted)
  await turn()
  calls[0]?.reject(new Error('broken'))
  await expect(failed).rejects.toThrow('broken')
  const next = join('a', work, unaborted)
  await turn()
  calls[1]?.resolve('read')
  expect(await next).toBe('read')
})
