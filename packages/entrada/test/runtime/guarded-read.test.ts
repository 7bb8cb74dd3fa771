import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClientCertificateCredential, WorkloadIdentityCredential } from 'entrada'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localFiles } from '../../src/runtime/files/files.ts'
import { type Guard, readGuarded } from '../../src/runtime/files/guarded-read.ts'
import { clientId, failure, scope, tenantId } from '../world.ts'

let folder: string
const at = (name: string): string => join(folder, name)
const open: Guard = { maximumBytes: 1000, links: 'followed', pipeMs: 60 }
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'entrada-guarded-'))
  writeFileSync(at('file'), 'content')
  writeFileSync(at('full'), 'x'.repeat(1000))
  writeFileSync(at('big'), 'x'.repeat(1001))
  symlinkSync('file', at('link'))
  symlinkSync('/dev/zero', at('zero'))
  mkdirSync(at('folder'))
  // By its path: the tests run where PATH holds nothing but Node.
  execFileSync('/usr/bin/mkfifo', [at('fifo')])
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('reads a file, and one behind a link, as far as the bound', async () => {
  expect(text(await readGuarded(at('file'), open))).toBe('content')
  expect(text(await readGuarded(at('link'), open))).toBe('content')
  expect(await readGuarded(at('full'), open)).toHaveLength(1000)
})

test.runIf(process.platform === 'linux')('reads a file that claims no size', async () => {
  expect(text(await readGuarded('/proc/self/status', { ...open, maximumBytes: 100_000 }))).toContain('Pid:')
})

describe.each<['followed' | 'refused']>([['followed'], ['refused']])('with links %s', (links) => {
  test.each<[string, string, string]>([
    ['a folder', 'folder', 'EISDIR'],
    ['a larger file', 'big', 'EFBIG'],
    ['no file', 'none', 'ENOENT'],
  ])('refuses %s', async (_, name, code) => {
    await expect(readGuarded(at(name), { ...open, links })).rejects.toMatchObject({ code })
  })
})

test.each<[string, () => string, Guard, string]>([
  ['a device', () => '/dev/zero', open, 'EINVAL'],
  ['an empty device', () => '/dev/null', open, 'EINVAL'],
  ['a device behind a link', () => at('zero'), open, 'EINVAL'],
  ['a link where none is followed', () => at('link'), { ...open, links: 'refused' }, 'ELOOP'],
  ['a pipe where none is wanted', () => at('fifo'), { maximumBytes: 10, links: 'followed' }, 'EINVAL'],
])('refuses %s', async (_, path, guard, code) => {
  await expect(readGuarded(path(), guard)).rejects.toMatchObject({ code })
})

describe('a named pipe', () => {
  test('that nobody writes to is left after its time', async () => {
    await expect(readGuarded(at('fifo'), open)).rejects.toMatchObject({
      code: 'EAGAIN',
      message: 'a pipe that did not give its content in 0.06 s',
    })
  })

  test('is read whole, though its writer comes late and writes in parts', async () => {
    const reading = readGuarded(at('fifo'), { ...open, pipeMs: 10_000 })
    const writer = spawn('/bin/sh', ['-c', `{ printf one; /bin/sleep 0.05; printf two; } > ${at('fifo')}`])
    expect(text(await reading)).toBe('onetwo')
    writer.kill()
  })

  test('that has no end is read no further than the bound', async () => {
    const reading = readGuarded(at('fifo'), { ...open, pipeMs: 10_000 })
    const writer = spawn('/bin/sh', ['-c', `while :; do echo more; done > ${at('fifo')}`])
    const isGone = once(writer, 'exit')
    await expect(reading).rejects.toMatchObject({ code: 'EFBIG' })
    writer.kill()
    await isGone
  })

  test('holds none of the threads that read files, however many wait', async () => {
    const waiting = Array.from({ length: 8 }, () => failure(readGuarded(at('fifo'), { ...open, pipeMs: 500 })))
    const first = await Promise.race([readFile(at('file'), 'utf8'), waiting[0]])
    expect(first).toBe('content')
    await Promise.all(waiting)
  })
})

test('credentials refuse a device as token file and as certificate, and give the reason as the cause', async () => {
  const fetch = async (): Promise<Response> => Response.json({ access_token: 'T', expires_in: 3600 })
  for (const credential of [
    new WorkloadIdentityCredential({ tenantId, clientId, tokenFilePath: at('zero'), fetch }),
    new ClientCertificateCredential(tenantId, clientId, at('zero'), { fetch }),
  ]) {
    const error = await failure(credential.getToken(scope))
    expect(error.message).toContain('EINVAL')
    expect(error.cause).toMatchObject({ message: 'a device or socket, not a plain file' })
  }
})

test('another user’s file is read without following a link', async () => {
  await expect(localFiles.readGuarded(at('link'), 100)).rejects.toMatchObject({ code: 'ELOOP' })
})
