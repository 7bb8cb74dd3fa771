import { afterAll, beforeAll, expect, test } from 'vitest'
import { windowsCommand } from '../../src/runtime/process/windows-command.ts'

// What quotes the command line asks once, when it is loaded, which platform this is.
const platform = process.platform

beforeAll(() => {
  Object.defineProperty(process, 'platform', { value: 'win32' })
})

afterAll(() => {
  Object.defineProperty(process, 'platform', { value: platform })
})

const program = (file: string, args: string[] = [], env: Record<string, string> = { SystemRoot: 'D:\\Windows' }) => ({
  file,
  args,
  env,
  cwd: 'D:\\Windows',
  timeoutMs: 0,
  maximumBytes: 1,
})

test('a program starts as it is', async () => {
  expect(await windowsCommand(program('C:\\bin\\azd.exe', ['auth', 'token']))).toEqual({
    file: 'C:\\bin\\azd.exe',
    args: ['auth', 'token'],
    isVerbatim: false,
  })
})

test.each(['C:\\Program Files (x86)\\CLI2\\wbin\\az.cmd', 'C:\\tools\\AZ.BAT'])(
  'a batch file runs in the interpreter of Windows’ own folder: %s',
  async (file) => {
    const env = { SYSTEMROOT: 'D:\\Windows', ComSpec: 'C:\\project\\cmd.exe', comspec: 'C:\\project\\cmd.exe' }
    const command = await windowsCommand(program(file, ['account', '--subscription', 'A b'], env))
    expect(command).toMatchObject({ file: 'D:\\Windows\\System32\\cmd.exe', isVerbatim: true })
    expect(command.args.slice(0, 3)).toEqual(['/d', '/s', '/c'])
    expect(command.args[3]).toMatch(/^".*"$/)
    expect(unescaped(command.args[3] as string)).toBe(`"${file} "account" "--subscription" "A b""`)
  },
)

test.each(['&', '|', '<', '>', '^', '%PATH%', '!x!', '(', ')', '"', ' ', ';', ',', '`'])(
  'no %j of an argument means anything to the interpreter',
  async (value) => {
    const { args } = await windowsCommand(program('C:\\bin\\az.cmd', [`a${value}b`]))
    const line = (args[3] as string).slice(1, -1)
    // Every character that has a meaning stands behind a caret, but for the blank before the argument.
    expect(line.replace('.cmd ', '.cmd').replace(/\^./g, '')).not.toMatch(/[&|<>%!()"; ,`^]/)
    expect(unescaped(line)).toContain(`a${value.replace('"', '\\"')}b`)
  },
)

test('nothing runs if the Windows folder is unknown or is not an absolute path', async () => {
  for (const env of [{}, { SystemRoot: 'Windows' }, { SystemRoot: '\\Windows' }]) {
    await expect(windowsCommand(program('C:\\bin\\az.cmd', [], env as Record<string, string>))).rejects.toMatchObject({
      code: 'ENOENT',
    })
  }
})

/** The line as the interpreter reads it. */
function unescaped(line: string): string {
  return line.replace(/\^(.)/g, '$1')
}
