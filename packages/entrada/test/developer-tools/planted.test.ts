import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { AzureCliCredential, AzurePowerShellCredential } from 'entrada'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasOtherMembers } from '../../src/runtime/process/group-members.ts'
import { failure } from '../world.ts'
import { azAnswer, createMachine, imagine, type Machine, says, scope, start, token } from './machine.ts'

let machine: Machine
const home = process.cwd()

beforeEach(() => {
  machine = createMachine()
})

afterEach(() => {
  process.chdir(home)
  machine[Symbol.dispose]()
})

const file = (name: string) => join(machine.folder, name)

/** Writes programs of a stranger's, each of which leaves a mark. */
function plant(folder: string): void {
  for (const name of ['az', 'az.cmd', 'az.exe', 'az.bat'])
    machine.install(name, `echo ${name} > ${file('planted')}`, folder)
}

async function ask(PATH: string | undefined): Promise<string> {
  const env: Record<string, string> = { HOME: machine.folder, ...(PATH === undefined ? {} : { PATH }) }
  await using credential = new AzureCliCredential({ host: { env } })
  return (await credential.getToken(scope)).token
}

describe('a planted program does not run', () => {
  beforeEach(() => {
    plant(file('project'))
    plant(file('project/tools'))
    process.chdir(file('project'))
  })

  const entries = (): [string, string | undefined][] => [
    ['there is no PATH', undefined],
    ['PATH is empty', ''],
    ['PATH is a dot', '.'],
    ['PATH has an empty entry', ':'],
    ['PATH has a relative entry', 'tools'],
    ['PATH has a relative entry that begins with a dot', './tools'],
    ['PATH has a relative entry that goes up', '../project'],
    ['PATH has the way from here', relative(process.cwd(), file('project/tools'))],
    ['PATH has a tilde', '~/project'],
    ['PATH has a variable', '$HOME/project'],
  ]

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('in the current folder or a relative one (entry %i)', async (index) => {
    const [why, path] = entries()[index] as [string, string | undefined]
    const error = await failure(ask(path))
    expect(error.message, why).toContain('Azure CLI could not be found')
    // Before the real one, too.
    machine.install('az', says(azAnswer()))
    expect(await ask([path, machine.bin].filter((entry) => entry !== undefined).join(':')), why).toBe(token)
    expect(existsSync(file('planted')), why).toBe(false)
  })

  test('and what the real one starts by name is not found there either', async () => {
    plant(file('project'))
    machine.install('helper', `echo helper > ${file('planted')}`, file('project'))
    machine.install('az', `helper; ${says(azAnswer())}`)
    expect(await ask(`:.:${machine.bin}`)).toBe(token)
    expect(existsSync(file('planted'))).toBe(false)
  })
})

test('takes the first of the absolute folders that has a program, not a folder of that name or a text', async () => {
  mkdirSync(file('a/az'), { recursive: true })
  chmodSync(machine.install('az', 'exit 1', file('b')), 0o644)
  machine.install('az', says(azAnswer()), file('c'))
  machine.install('az', 'exit 1', file('d'))
  expect(await ask(['a', 'b', 'c', 'd'].map(file).join(':'))).toBe(token)
})

describe('in a folder that anybody may write to', () => {
  let open: string

  beforeEach(() => {
    open = file('open')
    machine.install('az', says(azAnswer()), open)
    chmodSync(open, 0o777)
  })

  test('our own program runs', async () => {
    expect(await ask(open)).toBe(token)
  })

  test('a program that anybody may write to does not, and the message says why', async () => {
    chmodSync(join(open, 'az'), 0o777)
    const error = await failure(ask(open))
    expect(error.message).toContain(`"${open}/az" is ignored: the directory is world-writable`)
    expect(error.message).toContain('chmod o-w')
  })

  test('the search goes on behind it', async () => {
    chmodSync(join(open, 'az'), 0o777)
    machine.install('az', says(azAnswer()))
    expect(await ask(`${open}:${machine.bin}`)).toBe(token)
  })

  test.runIf(process.getuid?.() === 0)(
    'another user’s program does not run, nor a link of theirs to another',
    async () => {
      chownSync(join(open, 'az'), 65_534, 65_534)
      expect((await failure(ask(open))).message).toContain('is ignored')
      chownSync(join(open, 'az'), 0, 0)
      expect(await ask(open)).toBe(token)
      const links = file('links')
      mkdirSync(links)
      chmodSync(links, 0o777)
      symlinkSync(join(open, 'az'), join(links, 'az'))
      const { lchownSync } = await import('node:fs')
      lchownSync(join(links, 'az'), 65_534, 65_534)
      expect((await failure(ask(links))).message).toContain('is ignored')
    },
  )
})

describe.runIf(process.getuid?.() === 0)('in a folder that somebody else may write to', () => {
  let place: string

  beforeEach(() => {
    place = file('place')
    machine.install('az', says(azAnswer()), place)
  })

  test('another user’s, nothing is taken, and the message says why', async () => {
    chownSync(place, 65_534, 0)
    const { message } = await failure(ask(place))
    expect(message).toContain(`"${place}/az" is ignored: the folder belongs to another user (id 65534)`)
    machine.install('az', says(azAnswer()))
    expect(await ask(`${place}:${machine.bin}`)).toBe(token)
  })

  test('a group’s with members unknown, nothing is taken, and the message says why', async () => {
    chownSync(place, 0, 65_533)
    chmodSync(place, 0o775)
    const { message } = await failure(ask(place))
    expect(message).toContain('the folder can be written by a group with other members (id 65533)')
    chmodSync(place, 0o755)
    expect(await ask(place)).toBe(token)
  })

  test('root’s group is as good as root', async () => {
    chmodSync(place, 0o775)
    expect(await ask(place)).toBe(token)
  })
})

test.each<[string, number, boolean]>([
  ['root’s group', 0, false],
  ['our own group without others', 1000, false],
  ['our own group that lists us and root', 1001, false],
  ['a group that lists another user', 1002, true],
  ['a group that lists a user who is in no file', 1003, true],
  ['another user’s own group', 1004, true],
  ['a group of which no file knows', 4711, true],
])('%s', (_, gid, expected) => {
  const passwd = 'root:x:0:0::/:/bin/sh\nada:x:1000:1000::/:/bin/sh\nbob:x:1004:1004::/:/bin/sh\n'
  const group = 'root:x:0:\nada:x:1000:\ndev:x:1001:ada,root\nstaff:x:1002:ada,bob\nldap:x:1003:eve\nbob:x:1004:\n'
  expect(hasOtherMembers(gid, { passwd, group, uid: 1000 })).toBe(expected)
})

describe('on Windows', () => {
  const good = azAnswer(token, start / 1000 + 3600)

  async function found(files: string[], env: Record<string, string>): Promise<string | undefined> {
    const imagined = imagine(() => ({ stdout: good }), { platform: 'win32', env })
    imagined.files.clear()
    for (const path of files) imagined.files.set(path, {})
    await using credential = new AzureCliCredential(imagined.options)
    await credential.getToken(scope).catch(() => undefined)
    return imagined.started[0]?.file
  }

  test.each<[string, string[], Record<string, string>, string | undefined]>([
    [
      'the usual order of extensions',
      ['C:\\a\\az.cmd', 'C:\\a\\az.exe', 'C:\\a\\az.bat'],
      { PATH: 'C:\\a' },
      'C:\\a\\az.exe',
    ],
    [
      'the order of PATHEXT',
      ['C:\\a\\az.cmd', 'C:\\a\\az.exe'],
      { PATH: 'C:\\a', PATHEXT: '.CMD;.EXE' },
      'C:\\a\\az.cmd',
    ],
    [
      'no extension that needs another program',
      ['C:\\a\\az.js', 'C:\\a\\az.ps1', 'C:\\a\\az.vbs'],
      { PATH: 'C:\\a', PATHEXT: '.JS;.PS1;.VBS' },
      undefined,
    ],
    ['no file without an extension', ['C:\\a\\az'], { PATH: 'C:\\a', PATHEXT: ';.CMD' }, undefined],
    ['folders before extensions', ['C:\\a\\az.cmd', 'C:\\b\\az.exe'], { PATH: 'C:\\a;C:\\b' }, 'C:\\a\\az.cmd'],
    [
      'a folder in quotes',
      ['C:\\Program Files\\az\\az.cmd'],
      { PATH: '"C:\\Program Files\\az\\"' },
      'C:\\Program Files\\az\\az.cmd',
    ],
    [
      'a folder of the network',
      ['\\\\server\\tools\\az.cmd'],
      { PATH: '\\\\server\\tools' },
      '\\\\server\\tools\\az.cmd',
    ],
    [
      'no relative folder',
      ['.\\az.cmd', 'tools\\az.cmd', '\\az.cmd', 'C:az.cmd', 'C:tools\\az.cmd', '\\tools\\az.cmd'],
      { PATH: '.;tools;;\\tools;C:tools;C:;\\' },
      undefined,
    ],
  ])('takes %s', async (_, files, env, expected) => {
    expect(await found(files, env)).toBe(expected)
  })

  test('finds variables whatever the case of their names, and works in Windows’ own folder', async () => {
    const imagined = imagine(() => ({ stdout: good }), { platform: 'win32' })
    const env = { Path: 'C:\\bin', SYSTEMROOT: 'D:\\Windows\\', azure_client_secret: 's' }
    await using credential = new AzureCliCredential({ host: { ...imagined.options.host, env } })
    await credential.getToken(scope)
    expect(imagined.started[0]).toMatchObject({ file: 'C:\\bin\\az.cmd', cwd: 'D:\\Windows' })
    expect(imagined.started[0]?.env).not.toHaveProperty('azure_client_secret')
  })

  test('prefers the newer PowerShell, wherever it is', async () => {
    const imagined = imagine(() => ({ stdout: `azsdk%${token}%${start / 1000 + 60}` }), {
      platform: 'win32',
      env: { PATH: 'C:\\a;C:\\b' },
    })
    imagined.files.set('C:\\a\\powershell.exe', {})
    imagined.files.set('C:\\b\\pwsh.exe', {})
    await using credential = new AzurePowerShellCredential(imagined.options)
    await credential.getToken(scope)
    expect(imagined.started[0]?.file).toBe('C:\\b\\pwsh.exe')
  })
})
