import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Emulator } from '@entrada/emulator'
import { decodeJwt } from 'jose'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../../../scripts/temporary-folder.mjs'
import { run } from '../src/run.ts'
import { clientId, recognisableSecret, scope, startAuthority, tenantId, variablesOf } from './app.ts'
import { buildProgram, type Program } from './program.ts'
import { start } from './running.ts'

let program: Program
let emulator: Emulator

beforeAll(async () => {
  program = await buildProgram()
  emulator = await startAuthority()
})

const audience = 'api://AzureADTokenExchange'

async function newFile(): Promise<string> {
  const { path, remove } = await temporaryFolder()
  onTestFinished(remove)
  return join(path, 'token')
}

/** Keeps a file until the test has looked at it, and what it said is returned. */
async function keep(args: readonly string[], env: NodeJS.ProcessEnv, look: (text: string, file: string) => unknown) {
  const file = await newFile()
  const running = start(program, ['keep', '--verbose', '--file', file, ...args], env)
  await running.untilError(/: a token until \S+Z/)
  await look(await readFile(file, 'utf8'), file)
  running.child.kill('SIGTERM')
  expect(await running.ended).toEqual([0, null])
  expect(existsSync(file)).toBe(false)
  return running
}

test('an access token is in a private file while the program runs', async () => {
  let token = ''
  const { output, errors } = await keep(['--scope', scope], variablesOf(emulator), async (text, file) => {
    token = text
    expect(decodeJwt(text)).toMatchObject({ appid: clientId })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })
  expect(output()).toBe('')
  expect(errors()).not.toContain(token)
  expect(errors()).not.toContain(recognisableSecret)
})

test('who sits at a terminal is told that it has begun, and how it ends', async () => {
  const path = await newFile()
  for (const [name, value] of Object.entries(variablesOf(emulator))) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const ending = new AbortController()
  let text = ''
  const code = await run(['keep', '--file', path, '--scope', scope, '--credential', 'EnvironmentCredential'], {
    env: { NO_COLOR: '1' },
    cwd: '/',
    platform: 'linux',
    now: Date.now,
    stdin: Object.assign(Readable.from([]), { isTTY: false }),
    stdout: { write: () => undefined },
    stderr: {
      isTTY: true,
      write(more) {
        text += more
        if (more.includes('Ctrl-C')) ending.abort()
      },
    },
    signal: ending.signal,
    onSignal: () => () => undefined,
  })
  expect(text).toMatch(/✓ .*token has a token until \d{4}-.*Z\. Ctrl-C ends this, and removes it\.\n$/)
  expect(code).toBe(0)
})

test('the file has the form and the mode that were asked for', async () => {
  await keep(
    ['--scope', scope, '-o', 'pgpass', '--host', 'db.example', '--user', 'ada'],
    variablesOf(emulator),
    (text) => {
      expect(text).toMatch(/^db\.example:\*:\*:ada:ey[\w.-]+\n$/)
    },
  )
  await keep(['--scope', scope, '--mode', '0644'], variablesOf(emulator), async (_text, file) => {
    expect((await stat(file)).mode & 0o777).toBe(0o644)
  })
})

test('a job of GitHub Actions has its OIDC token, for the audience that was asked for', async () => {
  const job = emulator.githubActions({ repository: 'contoso/shop', ref: 'refs/heads/main' })
  const env = { ...job.env, AZURE_AUTHORITY_HOST: emulator.url }
  await keep(['--audience', audience], env, (text) => {
    expect(decodeJwt(text)).toMatchObject({ aud: audience, sub: job.subject })
  })
})

test('a task of Azure Pipelines has its OIDC token', async () => {
  const job = emulator.pipelines({ serviceConnectionId: tenantId, app: 'app' })
  await keep(['--audience', audience], job.env, (text) => {
    expect(decodeJwt(text)).toMatchObject({ aud: audience, sub: job.subject })
  })
})

test('a managed identity gives assertions itself', async () => {
  const host = await emulator.managedIdentity({ host: 'app-service' })
  onTestFinished(() => host.close())
  await keep(['--audience', audience], host.env, (text) => {
    // Entra ID states the audience by the id of its app.
    expect(decodeJwt(text)).toMatchObject({
      aud: 'fb60f99c-7a34-4190-8149-302f77469936',
      azp: host.identities[0]?.clientId,
    })
  })
})

test('a federated token file is followed', async () => {
  const given = await newFile()
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({})}.${part({ aud: [audience], exp: 4_000_000_000 })}.x`
  await writeFile(given, `${token}\n`)
  const env = { AZURE_FEDERATED_TOKEN_FILE: given, AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId }
  await keep(['--audience', audience], env, (text) => expect(text).toBe(token))
  const wrong = await program.run(['keep', '--file', await newFile(), '--audience', 'other'], { env })
  expect(wrong.errors).toContain(`is for the audience ["${audience}"], and not for "other". Ask for that audience.`)
})

test('a refusal at the start is shown, and leaves the file that is there', async () => {
  const file = await newFile()
  await writeFile(file, 'former')
  const env = { ...variablesOf(emulator), AZURE_CLIENT_SECRET: `${recognisableSecret}-wrong` }
  const { code, errors } = await program.run(['keep', '--file', file, '--scope', scope], { env })
  expect(errors).toContain('AADSTS7000215')
  expect(code).toBe(1)
  expect(await readFile(file, 'utf8')).toBe('former')
})

test.for([
  [[], 'keep: there is no file to keep. Name it: --file FILE.'],
  [['--file', 'x'], 'keep: either --scope or --audience says which token. Give one of them.'],
  [['--file', 'x', '--scope', 'a', '--audience', 'b'], 'keep: either --scope or --audience says which token.'],
  [['--file', 'x', '--audience', 'a'], 'keep: this profile has no assertion to give.'],
  [['--file', 'x', '--scope', 'a', '-o', 'netrc'], 'keep: -o netrc needs --host'],
  [['--file', 'x', '--scope', 'a', '--mode', '0666'], 'keep: --mode "0666" is not one for a token.'],
  [['--file', 'x', '--scope', 'a', '--mode', '644', '-o', 'pgpass', '--host', 'b'], 'keep: libpq takes no pgpass file'],
] as const)('%j is refused with the remedy', async ([args, words]) => {
  const { code, errors } = await program.run(['keep', ...args], { env: variablesOf(emulator) })
  expect(errors).toContain(words)
  expect(code).toBe(2)
})
