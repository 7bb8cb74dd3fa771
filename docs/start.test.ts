import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { givenAuthority } from '../interop/given-authority.ts'
import { startSandbox } from '../interop/sandbox.mjs'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { snippetsIn } from './snippets.ts'

const folder = await temporaryFolderOf('examples')
afterAll(folder.remove)
const sandbox = await startSandbox(givenAuthority())
afterAll(sandbox.close)

const snippets = await snippetsIn('docs/start.md')
const program = snippets.find(({ language }) => language === 'js')?.code ?? ''
const file = join(folder.path, 'app.mjs')
await writeFile(file, program)
const run = (more: NodeJS.ProcessEnv = {}) =>
  promisify(execFile)(process.execPath, [file], { env: { ...sandbox.env, ...more } })

test('the first program of docs/start.md prints what the page says', async () => {
  const shown = snippets.find(({ language }) => language === 'txt')?.code
  expect((await run()).stdout).toBe(shown)
  // Again, with the container that is there.
  expect((await run()).stdout).toBe(shown)
})

test('with a wrong secret, it says so as the page promises', async () => {
  const { stderr } = await run({ AZURE_CLIENT_SECRET: 'wrong' }).catch((error: { stderr: string }) => error)
  expect(stderr).toMatch(/EnvironmentCredential: .*AADSTS7000215/)
})
