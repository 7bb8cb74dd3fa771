import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveProgram } from '../src/exec/resolve-program.ts'

// What quotes the command line asks once, when it is loaded, which platform this is.
const platform = process.platform

beforeAll(() => {
  Object.defineProperty(process, 'platform', { value: 'win32' })
})

afterAll(() => {
  Object.defineProperty(process, 'platform', { value: platform })
})

const env = { Path: 'C:\\tools;relative;C:\\Program Files\\nodejs', pathext: '.EXE;.CMD', systemroot: 'C:\\Windows' }
const files = [
  'C:\\tools\\terraform.EXE',
  'C:\\Program Files\\nodejs\\npm.CMD',
  'C:\\work\\npm.CMD',
  'C:\\work\\run.cmd',
]

function onWindows(...command: [string, ...string[]]) {
  return resolveProgram({ command, env, cwd: 'C:\\work', platform: 'win32' }, (path) => files.includes(path))
}

test('elsewhere than on Windows the system finds programs', async () => {
  const found = await resolveProgram({ command: ['npm', 'a b'], env: {}, cwd: '/', platform: 'linux' })
  expect(found).toEqual({ file: 'npm', args: ['a b'], isVerbatim: false })
})

test('on Windows a name is completed by PATHEXT, in the folders of PATH and never in the current one', async () => {
  expect(await onWindows('terraform', 'plan')).toEqual({ file: files[0], args: ['plan'], isVerbatim: false })
})

test('a batch file is run by Windows’ own command interpreter, with its arguments quoted', async () => {
  const { file, args, isVerbatim } = await onWindows('npm', 'run', 'a&b')
  expect([file, isVerbatim]).toEqual(['C:\\Windows\\System32\\cmd.exe', true])
  const line = args.join(' ')
  expect(line).toContain('C:\\Program^ Files\\nodejs\\npm.CMD')
  expect(line).not.toMatch(/a&b/)
})

test('a path is a path from the current folder', async () => {
  const { args } = await onWindows('.\\run.cmd')
  expect(args.join(' ')).toContain('C:\\work\\run.cmd')
})

test('what is nowhere stays as it is, for the system to refuse', async () => {
  expect(await onWindows('missing')).toEqual({ file: 'missing', args: [], isVerbatim: false })
})
