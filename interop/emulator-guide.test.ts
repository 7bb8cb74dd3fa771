import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { openBrowser } from '../packages/emulator/test/browser.ts'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { snippetsOf } from '../testing/markdown.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const guide = await readFile(join(root, 'docs/emulator.md'), 'utf8')

// What a clone has: the commands write a file, which belongs elsewhere.
const clone = await temporaryFolder()
afterAll(clone.remove)
for (const name of ['node_modules', 'packages', 'examples', 'package.json'])
  await symlink(join(root, name), join(clone.path, name))

const started: ChildProcess[] = []
afterAll(() => {
  // With whatever the shell has started.
  for (const { pid = 0 } of started) process.kill(-pid, 'SIGTERM')
})

/** Runs a line of the guide in a shell, until it has said something. */
async function type(line: string, text: RegExp, env: NodeJS.ProcessEnv = {}): Promise<RegExpExecArray> {
  const child = spawn('/bin/sh', ['-c', line], {
    ...{ cwd: clone.path, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: cleanEnvironment(env),
  })
  started.push(child)
  let said = ''
  const closed = once(child, 'close')
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk))
  for (;;) {
    const match = text.exec(said)
    if (match) return match
    if (child.exitCode !== null && child.stdout?.closed) throw new Error(`${line} ended: ${said}`)
    await Promise.race([
      once(child.stdout as NodeJS.ReadableStream, 'data'),
      once(child.stderr as NodeJS.ReadableStream, 'data'),
      closed,
    ])
  }
}

const [first] = snippetsOf(guide).filter(({ language }) => language === 'sh')
const commands = first?.code.trim().split('\n') ?? []
const [install, emulator = '', page = ''] = commands

test('pasted at once, the commands wait for one another, and an earlier run’s file is not taken', async () => {
  await writeFile(join(clone.path, 'emulator.env'), "export AZURE_AUTHORITY_HOST='https://localhost:1'\n")
  const [, url = ''] = await type(`${emulator}\n${page}`, /Open (http:\S+) in a browser/, { PORT: '0' })
  const { location } = await openBrowser({ url, fetch: (...args) => fetch(...args) }).open('/')
  expect(location?.origin).toMatch(/^https:\/\/localhost:\d{2,}$/)
  expect(location?.searchParams.get('client_id')).not.toBe('')
}, 60_000)

test('the guide leads from nothing to a signed-in page in three commands', async () => {
  expect(commands).toHaveLength(3)
  // Of this clone, it has been run.
  expect(install).toBe('npm ci && npm run build')
  const printed = /http +(http:\S+)[\s\S]*with a browser: (\S+), password (\S+)/
  const [, plain = '', username = '', password = ''] = await type(emulator, printed)
  const [, url = ''] = await type(page, /Open (http:\S+) in a browser/, { PORT: '0' })

  const browser = openBrowser({ url, fetch: (...args) => fetch(...args) })
  const sent = await browser.open('/')
  // A person clicks a warning away; this process does not trust the emulator, so that it takes its plain http.
  const signIn = openBrowser({ url: plain, fetch: (...args) => fetch(...args) })
  await signIn.open(`${sent.location?.pathname}${sent.location?.search}`)
  const back = await signIn.submit({ action: 'password', username, password })
  const shown = await browser.open(back.location?.href ?? '')
  expect(shown.html).toBe('You are signed in as Demo User.')
  expect((await openBrowser({ url, fetch: (...args) => fetch(...args) }).open(back.location?.href ?? '')).status).toBe(
    400,
  )
}, 60_000)
