import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type RunningExample, startProgram } from '../examples/running-example.ts'
import { startTrustedEmulator } from '../interop/trusted-emulator.ts'
import { compile } from '../scripts/compile.mjs'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { root, snippetsIn } from './snippets.ts'

const folder = await temporaryFolderOf('examples')
afterAll(folder.remove)
const emulator = await startTrustedEmulator()
afterAll(() => emulator.close())

test('the program that keeps the sign-in, on the page of DeviceCodeCredential, asks its user in its first start alone', async () => {
  const snippet = (await snippetsIn('docs/credentials/device-code-credential.md')).find(({ code }) =>
    code.includes('serializeAuthenticationRecord'),
  )
  // What the page takes as given; the Azure CLI stands for a public client, and the record goes where nothing else is.
  const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
  const given = `process.chdir(${JSON.stringify(folder.path)})
    const { AZURE_TENANT_ID: tenantId = '' } = process.env
    const clientId = '${azureCli}'\n`
  await writeFile(join(folder.path, 'cli.ts'), given + (snippet?.code ?? ''))
  const program = await compile(relative(root, join(folder.path, 'cli.ts')), folder.path)
  const { AZURE_CLIENT_ID: _, ...env } = cleanEnvironment({ ...emulator.env(), HOME: folder.path })
  const start = (): RunningExample => startProgram(program, env)

  const first = start()
  const [, code = ''] = /enter the code (\S+)/.exec(await first.nextLine()) ?? []
  emulator.approveDeviceCode(code, { user: emulator.directory.users?.[0]?.username ?? '' })
  expect(await first.finished()).toMatchObject({ code: 0, errors: '' })

  emulator.requests.clear()
  expect(await start().finished()).toMatchObject({ code: 0, output: '', errors: '' })
  expect(emulator.requests).toHaveLength(0)
})
