import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listing } from '../src/output/table.ts'
import { run } from '../src/run.ts'
import { clientId } from './app.ts'

let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'entrada-listing-'))
  const ci = {
    credential: 'ClientSecretCredential',
    tenantId: 'contoso.onmicrosoft.com',
    clientId,
    clientSecret: { env: 'CI_SECRET' },
  }
  const config = { defaultProfile: 'ci', profiles: { ci, vm: { credential: 'ManagedIdentityCredential' } } }
  await mkdir(join(home, '.config/entrada'), { recursive: true })
  await writeFile(join(home, '.config/entrada/config.json'), JSON.stringify(config))
})

afterAll(() => rm(home, { recursive: true, force: true }))

/** What a command prints to a terminal of so many columns, or to a pipe. */
async function printed(args: readonly string[], columns: number | undefined): Promise<string> {
  let text = ''
  const terminal = columns === undefined ? {} : { isTTY: true, columns }
  await run(args, {
    env: { HOME: home, NO_COLOR: '1', CI_SECRET: 'any' },
    cwd: home,
    platform: 'linux',
    now: Date.now,
    stdin: Object.assign(Readable.from([]), { isTTY: false }),
    stdout: { ...terminal, write: (more) => (text += more) },
    stderr: { write: (more) => (text += more) },
    signal: new AbortController().signal,
    onSignal: () => () => undefined,
  })
  return text
}

test('a list that fits is a table', async () => {
  const expected = [
    '  PROFILE  WHO                                   TENANT                   CREDENTIAL                 STATE',
    `* ci       ${clientId}  contoso.onmicrosoft.com  ClientSecretCredential     ready`,
    '  vm                                                                      ManagedIdentityCredential  ready',
    '',
  ].join('\n')
  expect(await printed(['status'], 120)).toBe(expected)
  expect(await printed(['status'], undefined)).toBe(expected)
})

test('in a terminal that is too narrow for it, each row is a block', async () => {
  expect(await printed(['status'], 80)).toBe(
    [
      '* ci',
      `    who         ${clientId}`,
      '    tenant      contoso.onmicrosoft.com',
      '    credential  ClientSecretCredential',
      '    state       ready',
      '  vm',
      '    credential  ManagedIdentityCredential',
      '    state       ready',
      '',
    ].join('\n'),
  )
})

test.for([80, 120])(
  'in %i columns an alias has its source in a second line, which can be copied whole',
  async (columns) => {
    const lines = (await printed(['token', '--aliases'], columns)).split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'arm         https://management.azure.com/.default',
      '            https://learn.microsoft.com/rest/api/azure/',
    ])
    // A word that is too long for a line has one of its own.
    for (const line of lines) expect(line.length <= columns || !line.trim().includes(' ')).toBe(true)
  },
)

test('in a pipe a line has no end', () => {
  const cells = ['a', 'many words '.repeat(40).trim()]
  const page = { dim: (text: string) => text }
  expect(listing(['ONE', 'TWO'], [cells], { ...page, room: Number.POSITIVE_INFINITY }).split('\n')).toHaveLength(2)
  for (const line of listing(['ONE', 'TWO'], [cells], { ...page, room: 60 }).split('\n'))
    expect(line.length).toBeLessThanOrEqual(60)
})

test.for([
  [['exec', 'npm', 'start'], 'entrada: what is run follows --: entrada exec -- <command>…. See: entrada exec --help\n'],
  [['exec', '--help'], '  entrada exec [options] -- <command>…\n'],
  [['emulator', '--help'], '  entrada emulator [options] [-- <options of the emulator>]\n'],
] as const)('%j says where options end', async ([args, expected]) => {
  expect(await printed(args, 80)).toContain(expected)
})

test('help tells the choices of an option once, and what the default is', async () => {
  const help = (await printed(['doctor', '--help'], 80)).replace(/\s+/g, ' ')
  expect(help.split('machine-learning')).toHaveLength(2)
  expect((await printed(['keep', '--help'], 80)).replace(/\s+/g, ' ')).toContain(
    'default raw. One of raw, pgpass, netrc, npmrc',
  )
})
