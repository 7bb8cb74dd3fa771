import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { catalogue } from '../src/refusal/catalogue.ts'
import { codes } from '../src/refusal/codes.ts'
import { Refusal } from '../src/refusal/refusal.ts'
import { remedyOf } from '../src/refusal/remedies.ts'
import { contoso, start } from './contoso.ts'
import { refusalOf, requestToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso, now: () => start })
afterAll(() => emulator.close())

/** The codes in the order in which a source file writes them: an object keeps only the last of two. */
async function writtenCodes(file: string): Promise<number[]> {
  const source = await readFile(new URL(`../src/refusal/${file}`, import.meta.url), 'utf8')
  return [...source.matchAll(/^ {2}(\d+):/gm)].map(([, code]) => Number(code))
}

describe.each(['catalogue.ts', 'remedies.ts'])('%s', (file) => {
  test('has each code once', async () => {
    const written = await writtenCodes(file)
    expect(written.filter((code, index) => written.indexOf(code) !== index)).toEqual([])
    expect(written).toHaveLength(codes().length)
  })

  test('is sorted by code', async () => {
    const written = await writtenCodes(file)
    expect(written).toEqual([...written].sort((one, other) => one - other))
  })
})

test.each(codes())('AADSTS%i, when a script asks for it, leaves no place unfilled', async (code) => {
  emulator.faults.next({ aadsts: code })
  const { error_description: description } = await refusalOf(await requestToken(emulator))
  expect(description).not.toMatch(/[{}]/)
  expect(description).not.toMatch(/''|""|\(\)|undefined/)
  const literals = catalogue[code][1].split(/\{\w+\}/)
  for (const literal of literals) expect(description).toContain(literal)
})

test('a sentence with places of its own does not compile without their values', () => {
  // @ts-expect-error: the user name, the identity provider and the app's name are missing.
  expect(new Refusal(50020).code).toBe(50020)
  expect(new Refusal(50126).code).toBe(50126)
})

test('the README lists every code', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const listed = /AADSTS codes it knows: ([\d,\s]+)\./.exec(readme)?.[1]?.split(/,\s*/).map(Number)
  expect(listed).toEqual(codes())
})

describe('an app without public client flows', () => {
  test.each(['urn:ietf:params:oauth:grant-type:device_code', 'device_code', 'password'])(
    'that uses the grant %s is told to allow them, because such a client cannot send a secret',
    (grant) => {
      expect(remedyOf(7000218, grant)).toMatch(/Allow public client flows.*publicClient: true/)
      expect(remedyOf(7000218, grant)).not.toMatch(/client_secret|secret/)
    },
  )

  test('that redeems a code is told to send its secret', () => {
    expect(remedyOf(7000218, 'authorization_code')).toMatch(/client_secret/)
  })
})
