import { readFile } from 'node:fs/promises'
import { beforeAll, expect, test, vi } from 'vitest'
import { version } from '../src/version.ts'
import { buildProgram, type Program } from './program.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program

beforeAll(async () => {
  program = await buildProgram()
})

test('--help lists the commands, on standard output', async () => {
  const { code, output, errors } = await program.run(['--help'])
  expect(output).toContain('  token')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
})

test('without a command, help is shown and the exit code is 2', async () => {
  const { code, output } = await program.run([])
  expect(output).toContain('entrada <command>')
  expect(code).toBe(2)
})

test.each([
  [['tokn'], 'entrada: unknown command "tokn". Did you mean entrada token? See: entrada --help\n'],
  [
    ['token', 'a', '--profle', 'b'],
    'entrada: unknown option --profle. Did you mean --profile? See: entrada token --help\n',
  ],
  [['token'], 'entrada: a scope is missing. Name one, or an alias: entrada token --aliases\n'],
  [['switch'], /^entrada: an argument is missing: entrada switch <profile>\. .*\n$/],
  [['switch', 'a', 'b'], /^entrada: there are 2 arguments, and switch takes one\. .*\n$/],
  [['status', 'a'], /^entrada: status takes no arguments, only options\. .*\n$/],
  [['token', 'a', '--profile'], /^entrada: --profile needs a value: --profile NAME\. .*\n$/],
  [['get-access-token'], /^entrada: unknown command "get-access-token"\. Did you mean entrada token\? .*\n$/],
  [['version'], /^entrada: unknown command "version"\. Did you mean entrada --version\? .*\n$/],
  [['--verison'], /^entrada: unknown option --verison\. Did you mean entrada --version\? .*\n$/],
  [['-p', 'work'], 'entrada: unknown option -p. See: entrada --help\n'],
  [['token', '-help'], /^entrada: unknown option -help\. Did you mean --help\? .*\n$/],
  [['token', 'arm', '-output', 'json'], /^entrada: unknown option -output\. Did you mean --output\? .*\n$/],
  [['token', 'arm', '-profile', 'work'], /^entrada: unknown option -profile\. Did you mean --profile\? .*\n$/],
  [['token', '--resource', 'a'], /^entrada: unknown option --resource\. Name the scope, .*\.default\. See: .*\n$/],
  [['login', '--identity'], /^entrada: unknown option --identity\. Did you mean --managed-identity\? See: .*\n$/],
  [['login', '--password', 'a'], /^entrada: unknown option --password\. A secret is no argument, .*\n$/],
  [['exec', 'ls', '-l'], /^entrada: unknown option -l\. What is for another program follows --\. See: .*\n$/],
  [['token', 'arms'], 'entrada: "arms" is not an alias. Did you mean arm? See: entrada token --aliases\n'],
  [
    ['token', 'arm', '--credential', 'AzureCli'],
    'entrada: --credential "AzureCli" is not known. Did you mean AzureCliCredential?\n',
  ],
  [['token', 'a', '--', 'b'], /^entrada: nothing may follow --: .*\n$/],
])('%j is refused in one line, with what to do', async (args, expected) => {
  const { code, output, errors } = await program.run(args)
  if (typeof expected === 'string') expect(errors).toBe(expected)
  else expect(errors).toMatch(expected)
  expect({ code, output }).toEqual({ code: 2, output: '' })
})

test('--version is that of the package', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  expect((await program.run(['--version'])).output).toBe(`${manifest.version}\n`)
  expect(version).toBe(manifest.version)
})
