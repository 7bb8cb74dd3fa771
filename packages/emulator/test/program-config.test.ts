import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { snippetsOf } from '../../../testing/markdown.ts'
import { clientId, contoso, secret, tenantId } from './contoso.ts'
import { buildProgram, type Run } from './program.ts'

const { folder, start, finish } = await buildProgram()

/** The status of a token request with a secret. */
async function statusWith(run: Run, clientSecret: string): Promise<number> {
  const [, httpUrl = ''] = await run.until(/http +(http:\S+)/)
  const body = new URLSearchParams({
    ...{ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
    scope: 'https://storage.azure.com/.default',
  })
  return (await fetch(`${httpUrl}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body })).status
}

function withSecret(value: string): unknown {
  return { ...contoso, apps: contoso.apps.map((app) => ({ ...app, secrets: [{ value }] })) }
}

test('a configuration file has the directory, hosts and options; what the command says takes precedence', async () => {
  const config = join(folder, 'config.json')
  await writeFile(join(folder, 'apps.json'), JSON.stringify(contoso))
  await writeFile(
    config,
    `{
      // Paths are relative to this file.
      "directory": "apps.json",
      "managedIdentities": ["imds"], /* one of a virtual machine */
      "issuer": "public-cloud",
      "hosts": ["login.internal"],
      "region": "westus2",
      "httpPort": 1
    }`,
  )
  const run = start('--config', config, '--http-port', '0')
  await run.until('Ctrl+C stops it.')
  expect(run.output()).toContain('https://sts.windows.net/{tenant}/')
  expect(run.variable('AZURE_POD_IDENTITY_AUTHORITY_HOST')).not.toBe('')
  expect(run.output()).not.toContain(secret)
  expect(await statusWith(run, secret)).toBe(200)
  await run.stop()
})

test('the guide’s configuration and directory are files that it takes', async () => {
  const snippets = snippetsOf(await readFile(new URL('../../../docs/emulator.md', import.meta.url), 'utf8'))
  const under = (title: string): string => snippets.find(({ heading }) => heading === title)?.code ?? ''
  await writeFile(join(folder, 'guide.json'), under('One file for all of it'))
  await writeFile(join(folder, 'directory.json'), under('Your own tenants, apps and users'))
  const run = start('--config', join(folder, 'guide.json'), '--port', '0', '--http-port', '0')
  await run.until('Ctrl+C stops it.')
  expect(run.output()).toContain('aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa  Expense reports')
  await run.stop()
})

test('a changed file is read again, and a broken one changes nothing', async () => {
  const config = join(folder, 'watched.json')
  const write = async (text: string): Promise<void> => {
    // As many editors do: another file is put in its place.
    await writeFile(`${config}.tmp`, text)
    await rename(`${config}.tmp`, config)
  }
  await write(JSON.stringify({ directory: withSecret('one-secret') }))
  const run = start('--config', config)
  await run.until('Ctrl+C stops it.')
  expect([await statusWith(run, 'one-secret'), await statusWith(run, 'two-secret')]).toEqual([200, 401])

  await write('{\n  "directory": {\n    "tenants": [,]\n')
  await run.until(
    `watched.json:3:17 is not valid JSON: a value is expected here. The previous configuration stays in use.`,
  )
  expect(await statusWith(run, 'one-secret')).toBe(200)

  await write(JSON.stringify({ directory: withSecret('two-secret'), region: 'westus2' }))
  await run.until('watched.json again. Everything but "directory" takes effect at the next start.')
  expect([await statusWith(run, 'one-secret'), await statusWith(run, 'two-secret')]).toEqual([401, 200])
  await run.stop()
})

test('a directory file is read again, too, when it is written in place', async () => {
  const file = join(folder, 'in-place.json')
  await writeFile(file, JSON.stringify(withSecret('one-secret')))
  const run = start('--directory', file)
  await run.until('Ctrl+C stops it.')
  await writeFile(file, JSON.stringify(withSecret('two-secret')))
  await run.until('in-place.json again.')
  expect(await statusWith(run, 'two-secret')).toBe(200)
  await run.stop()
})

describe('what is wrong with a file is said with line and column', () => {
  const directory = '{ "tenants": [{ "id": "11111111-1111-4111-8111-111111111111" }],\n  "apps": [\n    { '
  test.for<[name: string, text: string, message: string]>([
    ['a name that is missing', '{\n  "port" 1 }', ':2:10 is not valid JSON: a colon is expected here.'],
    ['a comma that is missing', '{ "port": 1\n  "hosts": [] }', ':2:3 is not valid JSON: a comma or a closing brace'],
    [
      'an end that is missing',
      '{ "hosts": ["a"',
      ':1:16 is not valid JSON: a comma or a closing bracket is expected here, where it ends.',
    ],
    ['a name that is there twice', '{ "port": 1,\n"port": 2 }', ':2:1 is not valid JSON: this name is used twice.'],
    ['a string that is not closed', '{ "region": "secret }', ':1:13 is not valid JSON: a value is expected here.'],
    ['an unknown field', '{\n\n  "prot": 1 }', ':1:1: config has no field "prot". Its fields are: directory,'],
    ['a wrong type', '{\n  "port": "x" }', ':2:3: port is not a number. Write it without quotes.'],
    ['a wrong value', '{ "hostname": "0.0.0.0" }', ':1:3: hostname "0.0.0.0" is not a loopback address'],
    [
      'a wrong app',
      `{ "directory":\n${directory}"name": "a", "tenantId":\n"11111111-1111-4111-8111-111111111111",\n "clientId": "x" }]}}`,
      ':6:2: directory.apps[0].clientId "x" is not a GUID',
    ],
    ['a missing field', `{ "directory":\n${directory}"name": "a" }]}}`, ':4:5: directory.apps[0].tenantId is missing.'],
    ['an unknown host', '{ "managedIdentities": ["vm"] }', 'managedIdentities "vm" is not a host. Use one of imds,'],
  ])('%s', async ([, text, message]) => {
    const file = join(folder, 'wrong.json')
    await writeFile(file, text)
    const { code, output, errors } = await finish('--config', file)
    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toMatch(/^entrada-emulator: [^\n]+\.\n$/)
    expect(errors).toContain(message)
    expect(errors).not.toContain('secret }')
  })
})
