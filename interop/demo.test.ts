import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { cleanEnvironment } from '../testing/environment.mjs'

const demo = fileURLToPath(new URL('../demo/main.mjs', import.meta.url))

test('npm run demo -- --keep leaves both services up, and what it says to try next works', async () => {
  const child = spawn(process.execPath, [demo, '--keep'], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  while (!said.includes('Ctrl+C stops both.')) {
    expect(child.exitCode, said).toBeNull()
    await Promise.race([once(child.stdout, 'data'), closed])
  }
  expect(said).toMatch(/^ {2}requests to Entra ID {3}1 /m)
  expect(said).toMatch(/^ {2}callers served {9}1,000\n {2}errors {17}0$/m)
  // A path or an address that somebody copies stays whole, however long it is; words fit a terminal of 80 columns.
  const words = said.split('\n').filter((line) => !line.includes(' && '))
  expect(words.filter((line) => line.length > 80)).toEqual([])
  const [, page = ''] = /open (http:\S+) in a browser/.exec(said) ?? []
  const html = await (await fetch(page)).text()
  expect(html).toContain('Token request, client_credentials, demo')

  const [again = '', refused = ''] = [...said.matchAll(/^ {3}(\. \S+ && .*)$/gm)].map(([, command]) => command)
  const shell = (command: string): Promise<{ stdout: string }> =>
    promisify(execFile)('/bin/sh', ['-c', command], { env: cleanEnvironment({ PATH: process.env.PATH }) })
  expect((await shell(again)).stdout).toContain('which says: Hello from entrada!')
  const failure: { stderr: string } = await shell(refused).then(
    () => ({ stderr: 'It was not refused.' }),
    (error) => error,
  )
  expect(failure.stderr).toContain('AADSTS7000215')

  const [, file = ''] = /\. (\S+) &&/.exec(again) ?? []
  child.kill('SIGINT')
  expect(await closed).toEqual([130, null])
  expect(existsSync(file)).toBe(false)
  await expect(fetch(page)).rejects.toThrow('fetch failed')
}, 60_000)
