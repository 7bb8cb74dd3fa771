import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { AuthenticationError } from 'entrada'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { arcKeyFile } from '../../src/managed-identity/arc-key.ts'
import { localFiles } from '../../src/runtime/files/files.ts'
import { createWorld, failure } from '../world.ts'
import { create, fakeFiles, resource, standIn, tokenBody, variables } from './stand-in.ts'

const scope = `${resource}/.default`
const folder = '/var/opt/azcmagent/tokens/'
const windows = { PROGRAMDATA: 'C:\\ProgramData' }
const windowsFolder = 'C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\'

describe('the file of a challenge', () => {
  test.each([
    [`Basic realm=${folder}0a1b-2c.key`, `${folder}0a1b-2c.key`],
    [`basic REALM=${folder}a.b_c.key`, `${folder}a.b_c.key`],
  ])('%s is looked at', (challenge, path) => {
    expect(arcKeyFile(challenge, {}, 'linux')).toEqual({ path })
  })

  test('is looked at on Windows, in its folder, however that is written', () => {
    expect(arcKeyFile(`Basic realm=${windowsFolder}a.key`, windows, 'win32')).toEqual({ path: `${windowsFolder}a.key` })
    expect(arcKeyFile(`Basic realm=${windowsFolder.toLowerCase()}a.key`, windows, 'win32')).toEqual({
      path: `${windowsFolder}a.key`,
    })
  })

  test.each([
    undefined,
    '',
    'Basic',
    'Basic realm=',
    'Basic realm',
    'Bearer realm=/var/opt/azcmagent/tokens/a.key',
    'Basic charset=UTF-8, realm=/var/opt/azcmagent/tokens/a.key',
    'Basic realm=/etc/shadow',
    'Basic realm=a.key',
    'Basic realm=./a.key',
    'Basic realm=/a.key',
    `Basic realm=${folder}../x.key`,
    `Basic realm=${folder}..\\x.key`,
    'Basic realm=/var/opt/azcmagent/tokens/../tokens/x.key',
    'Basic realm=/var/opt/azcmagent/./tokens/x.key',
    'Basic realm=//var/opt/azcmagent/tokens/x.key',
    'Basic realm=/VAR/opt/azcmagent/tokens/x.key',
    'Basic realm=/var/opt/azcmagent/tokens2/x.key',
    `Basic realm=${folder}sub/x.key`,
    `Basic realm=${folder}/x.key`,
    `Basic realm=${folder}.key`,
    `Basic realm=${folder}.hidden.key`,
    `Basic realm=${folder}x.KEY`,
    `Basic realm=${folder}x.key2`,
    `Basic realm=${folder}x.pem`,
    `Basic realm=${folder}x`,
    `Basic realm=${folder}%2e%2e%2fx.key`,
    `Basic realm=${folder}x%00.key`,
    `Basic realm=${folder}x\0.key`,
    `Basic realm=${folder}x.key\0`,
    `Basic realm=${folder}x.key `,
    `Basic realm=${folder}x.key"`,
    `Basic realm="${folder}x.key"`,
    `Basic realm='${folder}x.key'`,
    `Basic realm=${folder}x.key\n`,
    `Basic realm=${folder}x.key\r\n`,
    `Basic realm=${folder}x y.key`,
    `Basic realm=${folder}x.key, Basic realm=${folder}y.key`,
    `Basic realm=${folder}x.key, realm=/etc/shadow.key`,
    `Basic realm=/etc/shadow, Basic realm=${folder}x.key`,
    `Basic realm=${folder}x.key; charset=UTF-8`,
    `Negotiate, Basic realm=${folder}x.key`,
    `Basic realm=${folder}${'x'.repeat(10)}\u202e.key`,
  ])('%j is not looked at on Linux', (challenge) => {
    expect(arcKeyFile(challenge, {}, 'linux')).toEqual({ reason: expect.any(String) })
  })

  test.each([
    `Basic realm=${folder}a.key`,
    'Basic realm=\\\\host\\share\\x.key',
    `Basic realm=\\\\?\\${windowsFolder}x.key`,
    `Basic realm=${windowsFolder}..\\x.key`,
    `Basic realm=${windowsFolder}\\..\\x.key`,
    `Basic realm=${windowsFolder}sub\\x.key`,
    `Basic realm=${windowsFolder}sub/x.key`,
    `Basic realm=${windowsFolder}x.key:stream.key`,
    `Basic realm=${windowsFolder}x.key.`,
    `Basic realm=${windowsFolder}x.KEY`,
    'Basic realm=D:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\x.key',
    'Basic realm=C:/ProgramData/AzureConnectedMachineAgent/Tokens/x.key',
  ])('%j is not looked at on Windows', (challenge) => {
    expect(arcKeyFile(challenge, windows, 'win32')).toEqual({ reason: expect.any(String) })
  })

  test('is looked at on no other system, nor where Windows does not say its folder', () => {
    const challenge = 'Basic realm=undefined\\AzureConnectedMachineAgent\\Tokens\\x.key'
    expect(arcKeyFile(challenge, {}, 'win32')).toEqual({ reason: 'the folder of its key files on win32 is not known' })
    expect(arcKeyFile(`Basic realm=${folder}x.key`, {}, 'darwin')).toHaveProperty('reason')
    expect(arcKeyFile(`Basic realm=${folder}x.key`, windows, '')).toHaveProperty('reason')
  })

  test('is directly in the folder, whatever a challenge says', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('/', '\\', '.', '..', '%', 'x', '.key', ':') }),
    )
    fc.assert(
      fc.property(fc.constantFrom('', folder, windowsFolder), text, fc.constantFrom('', '.key'), (start, name, end) => {
        for (const platform of ['linux', 'win32']) {
          const file = arcKeyFile(`Basic realm=${start}${name}${end}`, windows, platform)
          if ('reason' in file) continue
          expect(file.path.slice(0, -4)).toMatch(
            platform === 'linux'
              ? /^\/var\/opt\/azcmagent\/tokens\/[\w.-]+$/
              : /^C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\[\w.-]+$/,
          )
          expect(file.path.endsWith('.key')).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

const place = await mkdtemp(join(tmpdir(), 'entrada-arc-'))
afterAll(() => rm(place, { recursive: true, force: true }))

describe('a file that somebody else names', () => {
  const read = (name: string): Promise<Uint8Array> => localFiles.readGuarded(join(place, name), 4096)

  test('is read whole, up to the bound', async () => {
    await writeFile(join(place, 'small.key'), 'secret')
    expect(new TextDecoder().decode(await read('small.key'))).toBe('secret')
    await writeFile(join(place, 'full.key'), 'x'.repeat(4096))
    expect(await read('full.key')).toHaveLength(4096)
    await writeFile(join(place, 'empty.key'), '')
    expect(await read('empty.key')).toHaveLength(0)
  })

  test('is refused above the bound', async () => {
    await writeFile(join(place, 'large.key'), 'x'.repeat(4097))
    await expect(read('large.key')).rejects.toMatchObject({ code: 'EFBIG' })
    await expect(localFiles.readGuarded('/dev/zero', 4096)).rejects.toMatchObject({ code: 'EINVAL' })
  })

  test('is not read if it is a link, wherever that leads', async () => {
    await writeFile(join(place, 'target.txt'), 'of somebody else')
    await symlink(join(place, 'target.txt'), join(place, 'link.key'))
    await expect(read('link.key')).rejects.toMatchObject({ code: 'ELOOP' })
  })

  test('is not read if it is a folder, or a pipe to which nobody writes', async () => {
    await mkdir(join(place, 'folder.key'))
    await expect(read('folder.key')).rejects.toMatchObject({ code: 'EISDIR' })
    execFileSync('/usr/bin/mkfifo', [join(place, 'pipe.key')])
    await expect(read('pipe.key')).rejects.toMatchObject({ code: 'EINVAL' })
  })

  test('is the one that was looked at, though somebody swaps it for a link meanwhile', async () => {
    await writeFile(join(place, 'foreign.txt'), 'of somebody else')
    let isOver = false
    const swapping = (async () => {
      for (let turn = 0; !isOver; turn++) {
        const next = join(place, `next-${turn % 2}`)
        await (turn % 2 === 0 ? writeFile(next, 'secret') : symlink(join(place, 'foreign.txt'), next))
        await rename(next, join(place, 'swapped.key'))
      }
    })()
    const seen = new Set<string>()
    for (let turn = 0; turn < 500; turn++) {
      seen.add(
        await read('swapped.key').then(
          (bytes) => new TextDecoder().decode(bytes),
          ({ code }) => code,
        ),
      )
    }
    isOver = true
    await swapping
    expect(['secret', 'ELOOP', 'ENOENT']).toEqual(expect.arrayContaining([...seen]))
  })

  test('is there', async () => {
    await expect(read('none.key')).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

const challenge = { status: 401, headers: { 'WWW-Authenticate': `Basic realm=${folder}a.key` } }

describe('a challenge', () => {
  test('is answered with what stands in its file', async () => {
    const { fetch, sent } = standIn(challenge, { body: tokenBody() })
    const files = fakeFiles({ [`${folder}a.key`]: 'key-of-the-agent' })
    await using credential = create(variables['azure-arc'], { fetch, host: { files } })
    expect((await credential.getToken(scope)).token).toBe('the-token')
    expect(sent.map(({ headers }) => headers)).toEqual([
      { Metadata: 'true' },
      { Metadata: 'true', Authorization: 'Basic key-of-the-agent' },
    ])
    expect(sent[1]?.url).toBe(sent[0]?.url)
  })

  test.each<[string, object, string]>([
    ['without a header', { status: 401 }, 'its challenge has no WWW-Authenticate header'],
    [
      'of another kind',
      { status: 401, headers: { 'WWW-Authenticate': 'Negotiate' } },
      'its challenge is not of the form "Basic',
    ],
    [
      'for another file',
      { status: 401, headers: { 'WWW-Authenticate': 'Basic realm=/etc/shadow' } },
      `the file that its challenge names is not a .key file directly in ${folder}`,
    ],
  ])('%s is refused, and no file is opened', async (_, reply, reason) => {
    const { fetch, sent } = standIn(reply, { body: tokenBody() })
    const files = fakeFiles({ '/etc/shadow': 'root:secret' })
    await using credential = create(variables['azure-arc'], { fetch, host: { files } })
    const error = (await failure(credential.getToken(scope))) as AuthenticationError
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toContain(`ManagedIdentityCredential: Azure Arc returned no token: ${reason}`)
    expect(error.message).toMatch(/Run the program as a member of the group himds .* check that the agent works\.$/)
    expect(error).toMatchObject({ statusCode: 401, errorResponse: { error: 'invalid_challenge' } })
    expect(files.asked).toEqual([])
    expect(sent).toHaveLength(1)
  })

  test.each([
    ['a line break', 'a-key\n'],
    ['a carriage return', 'a-key\r\nX-Other: evil'],
    ['a zero', 'a-key\0'],
    ['letters beyond ASCII', 'a-kéy'],
    ['bytes that are no text', '\ufffd\ufffd'],
    ['nothing', ''],
  ])('whose file holds %s is refused, and the file is not repeated', async (_, content) => {
    const { fetch, sent } = standIn(challenge, { body: tokenBody() })
    const files = fakeFiles({ [`${folder}a.key`]: content })
    await using credential = create(variables['azure-arc'], { fetch, host: { files } })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toContain('its key file contains characters that a header cannot carry')
    expect(inspect(error, { depth: 9 })).not.toContain('a-k')
    expect(sent).toHaveLength(1)
  })

  test('whose file is not there is refused with the reason', async () => {
    const { fetch } = standIn(challenge)
    await using credential = create(variables['azure-arc'], { fetch })
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toContain(`its key file cannot be read (ENOENT: no such file: ${folder}a.key)`)
    expect((error.cause as { code?: string }).code).toBe('ENOENT')
  })

  test('that comes again is the end of it, and what the agent repeats of the key is taken out', async () => {
    const repeated = { ...challenge, body: { error: 'unauthorized', error_description: 'key-of-the-agent is wrong' } }
    const { fetch, sent } = standIn(challenge, repeated)
    const files = fakeFiles({ [`${folder}a.key`]: 'key-of-the-agent' })
    await using credential = create(variables['azure-arc'], { fetch, host: { files } })
    const error = await failure(credential.getToken(scope))
    expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: 401 })
    expect(error.message).toContain('Azure Arc refused the request with unauthorized (HTTP 401). *** is wrong.')
    expect(inspect(error, { depth: 9 })).not.toContain('key-of-the-agent')
    expect(sent).toHaveLength(2)
  })
})

describe('with the agent of the emulator', () => {
  test('a key file of its own is read, and a foreign one is not', async () => {
    const world = await createWorld()
    const keyDirectory = join(place, 'tokens')
    const shownKeyDirectory = folder.slice(0, -1)
    const host = await world.emulator.managedIdentity({ host: 'azure-arc', keyDirectory, shownKeyDirectory })
    const asked: string[] = []
    const here = (path: string): string => {
      asked.push(path)
      return path.replace(folder, `${keyDirectory}/`)
    }
    // The agent's folder is another place here; what guards its files is this machine's.
    const files = {
      ...localFiles,
      readGuarded: (path: string, bytes: number) => localFiles.readGuarded(here(path), bytes),
    }
    const options = world.options({ ...host.env })
    try {
      await using credential = create(host.env, { ...options, host: { ...options.host, files } })
      const { token } = await credential.getToken(scope)
      expect(JSON.parse(atob(token.split('.')[1] ?? ''))).toMatchObject({ oid: host.identities[0]?.objectId })
      expect(host.requests.map(({ status }) => status)).toEqual([401, 200])

      host.distort({ challenge: () => 'Basic realm=/etc/hostname' })
      expect(await failure(credential.getToken('https://vault.azure.net/.default'))).toBeInstanceOf(AuthenticationError)
      host.distort({ challenge: (file) => `Basic realm=${file.replace('.key', '.txt')}` })
      expect(await failure(credential.getToken('https://vault.azure.net/.default'))).toBeInstanceOf(AuthenticationError)
      expect(asked).toHaveLength(1)
      host.distort({ keepsChallenging: true })
      expect(await failure(credential.getToken('https://vault.azure.net/.default'))).toMatchObject({ statusCode: 401 })
      host.distort({ challenge: (file) => `Basic realm=${file}` })
      expect((await credential.getToken('https://vault.azure.net/.default')).token).toBeTruthy()
    } finally {
      await world.close()
    }
  })
})
