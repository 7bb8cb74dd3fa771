import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startProgram } from '../examples/running-example.ts'
import { startTrustedEmulator } from '../interop/trusted-emulator.ts'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { snippetsIn } from './snippets.ts'

const folder = await temporaryFolderOf('examples')
afterAll(folder.remove)
const emulator = await startTrustedEmulator()
afterAll(() => emulator.close())

test('the API and the client of docs/web-api.md print what the page says', async () => {
  const snippets = await snippetsIn('docs/web-api.md')
  const [api = '', client = ''] = snippets.filter(({ language }) => language === 'js').map(({ code }) => code)
  await writeFile(join(folder.path, 'api.mjs'), api)
  await writeFile(join(folder.path, 'client.mjs'), client)
  const [user] = emulator.directory.users ?? []
  const env = cleanEnvironment({ ...emulator.env(), PORT: '0', GRAPH_ENDPOINT: emulator.url })

  const server = startProgram(join(folder.path, 'api.mjs'), env)
  const [url = ''] = /http:\S+/.exec(await server.nextLine()) ?? []
  const args = [url, user?.username ?? '', user?.password ?? '']
  const { output } = await startProgram(join(folder.path, 'client.mjs'), env, args).finished()
  server.kill('SIGTERM')
  expect((await server.finished()).output).toMatch(/^accessTokens: The request has no bearer token/m)
  expect(`${output}\n`).toBe(snippets.find(({ language }) => language === 'txt')?.code)
})
