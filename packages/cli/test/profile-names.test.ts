import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { buildProgram, type Program } from './program.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const secret = 'S3cret~recognisable.value-0123456789'
const built = buildProgram()
let program: Program
let project: string

beforeEach(async () => {
  program = await built
  project = await mkdtemp(join(program.bin, '..', 'project-'))
  await mkdir(join(program.home, '.config/entrada'), { recursive: true })
  await writeFile(
    join(program.home, '.config/entrada/config.json'),
    JSON.stringify({
      profiles: {
        work: { credential: 'AzureCliCredential' },
        ci: {
          credential: 'ClientSecretCredential',
          tenantId: 'contoso.com',
          clientId: 'an application',
          clientSecret: { env: 'APP_SECRET' },
        },
      },
    }),
  )
})

test('are what a shell gets when it asks, a line each, and nothing else of them', async () => {
  const { code, output, errors } = await program.run(['completion', 'profiles'], { env: { APP_SECRET: secret } })
  expect({ code, output, errors }).toEqual({ code: 0, output: 'work\nci\n', errors: '' })
})

test('are none where nobody has signed in', async () => {
  const env = { HOME: project }
  for (const query of ['profiles', 'own-profiles']) {
    expect(await program.run(['completion', query], { env })).toEqual({ code: 0, output: '', errors: '' })
  }
})

test('of a project come once its file is trusted, and are no names for switch', async () => {
  await writeFile(join(project, 'entrada.config.json'), '{"profiles":{"shop":{"credential":"AzureCliCredential"}}}')
  const ask = async (query: string): Promise<string> =>
    (await program.run(['completion', query], { cwd: project })).output
  expect(await ask('profiles')).toBe('work\nci\n')
  expect((await program.run(['trust'], { cwd: project })).code).toBe(0)
  expect(await ask('profiles')).toBe('shop\nwork\nci\n')
  expect(await ask('own-profiles')).toBe('work\nci\n')
})

test.each([
  [['token', '--config', 'other.json', '--profile', '']],
  [['token', '--config=other.json', '--profile', '']],
  [['token', '--config', '=', 'other.json', '--profile', '']],
  [['token', '--config', '"other.json"', '-p', '']],
])('are those of the file that %j names', async (line) => {
  await writeFile(join(project, 'other.json'), '{"profiles":{"elsewhere":{"credential":"AzureCliCredential"}}}')
  const { output } = await program.run(['completion', 'profiles', '--', ...line], { cwd: project })
  expect(output).toBe('elsewhere\n')
})

test('that a shell would run are not printed: the file is refused', async () => {
  await writeFile(join(project, 'other.json'), '{"profiles":{"$(id)":{"credential":"AzureCliCredential"}}}')
  const line = ['--', 'token', '--config', 'other.json', '--profile', '']
  const { code, output } = await program.run(['completion', 'profiles', ...line], { cwd: project })
  expect({ code, output }).toEqual({ code: 2, output: '' })
})

test('a script is asked for without a line', async () => {
  const { code, output } = await program.run(['completion', 'bash', '--', 'token'])
  expect({ code, output }).toEqual({ code: 2, output: '' })
})
