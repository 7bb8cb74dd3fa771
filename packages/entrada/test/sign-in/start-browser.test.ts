import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type AuthorizationUrl, authorizationUrl, checkPage } from '../../src/sign-in/authorization-url.ts'
import { type OpenModule, startBrowser, whyNoBrowser } from '../../src/sign-in/start-browser.ts'
import { thrown } from '../credentials/thrown.ts'
import { failure } from '../world.ts'

const page = 'https://login.example/tenant/oauth2/v2.0/authorize?state=x'
const allowed = { missingFlags: () => [] }
const noFiles = { look: () => undefined, ...allowed }

/** Sees these files, all of which can be run. */
const looking = (files: readonly string[]) => (path: string) =>
  files.includes(path) ? { stamp: '', isFile: true, mode: 0o755, uid: 0, gid: 0 } : undefined

test.each<[string, string, Record<string, string>, string[], RegExp | undefined]>([
  ['a desktop on Linux', 'linux', { DISPLAY: ':0' }, [], undefined],
  ['a desktop on Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, [], undefined],
  ['a Mac', 'darwin', {}, [], undefined],
  ['Windows', 'win32', {}, [], undefined],
  ['Windows’ Linux', 'linux', { WSL_DISTRO_NAME: 'Debian' }, [], undefined],
  ['a browser that was named', 'linux', { BROWSER: '/w3m', SSH_TTY: '/dev/pts/0' }, ['/w3m', '/.dockerenv'], undefined],
  [
    'one that is not there',
    'linux',
    { BROWSER: '/w3m:lynx', DISPLAY: ':0', PATH: '/bin' },
    [],
    /no program that BROWSER/,
  ],
  [
    'a Mac, whose opener reads no BROWSER',
    'darwin',
    { BROWSER: '/w3m', SSH_TTY: '/dev/ttys0' },
    ['/w3m'],
    /SSH session/,
  ],
  ['a server', 'linux', {}, [], /no display/],
  ['an SSH session', 'linux', { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 22' }, [], /SSH session/],
  ['an SSH session on a Mac', 'darwin', { SSH_TTY: '/dev/ttys0' }, [], /SSH session/],
  ['Docker', 'linux', { DISPLAY: ':0' }, ['/.dockerenv'], /container/],
  ['Podman', 'linux', {}, ['/run/.containerenv'], /container/],
  ['a pod', 'linux', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, [], /container/],
  ['a development container', 'linux', { REMOTE_CONTAINERS: 'true' }, [], /container/],
  ['a codespace', 'linux', { CODESPACES: 'true', BROWSER: '/vscode/browser.sh', DISPLAY: ':0' }, [], /codespace/],
])('on %s', (_, platform, env, files, why) => {
  const reason = whyNoBrowser({ platform, env, look: looking(files), ...allowed })
  if (why === undefined) expect(reason).toBeUndefined()
  else expect(reason).toMatch(why)
})

test.each([
  'file:///etc/passwd',
  'javascript:alert(1)',
  'http://login.example/',
  'ftp://login.example/',
  'https://login.example/?a=b c',
  'https://login.example/?a="b"',
  "https://login.example/?a='b'",
  'https://login.example/?a=$(reboot)',
  'https://login.example/?a=`reboot`',
  'https://login.example/;reboot',
  'https://login.example/|reboot',
  'https://login.example/?a=<b>',
  'https://login.example/\\evil',
  'https://user:pass@login.example/',
  'https://login.example/?a=b\nreboot',
  'https://login.example/#fragment',
  'HTTPS://login.example/',
  '--help',
])('no browser is opened with %j, which nothing is started for', async (url) => {
  let loaded = false
  const load = async () => {
    loaded = true
    return { default: () => Promise.reject(new Error('it was started')), openApp: unasked }
  }
  const host = { platform: 'darwin', env: {}, ...noFiles }
  const error = await failure(startBrowser(url, host, load))
  expect(error).toBeInstanceOf(TypeError)
  expect(loaded).toBe(false)
})

test('an address holds what callers and servers say as data', () => {
  const hostile = '"\'`$(reboot)&|;<>\\ \n#?prompt=none'
  const parts: AuthorizationUrl = {
    ...{ authority: 'https://login.example', tenantId: 'tenant', clientId: hostile, redirectUri: hostile },
    ...{ responseMode: 'form_post', scopes: [hostile], state: hostile, nonce: hostile, challenge: 'c' },
    ...{ claims: hostile, prompt: undefined, loginHint: hostile },
  }
  const url = new URL(authorizationUrl(parts))
  expect(url.searchParams.get('login_hint')).toBe(hostile)
  expect(url.searchParams.get('prompt')).toBeNull()
  expect(checkPage(url.href)).toBe(url.href)
  expect(thrown(() => authorizationUrl({ ...parts, authority: 'http://login.example' }))).toBeInstanceOf(TypeError)
})

test('where there is no browser, nothing is loaded and nothing started', async () => {
  const load = () => Promise.reject(new Error('it was loaded'))
  expect((await failure(startBrowser(page, { platform: 'linux', env: {}, ...noFiles }, load))).message).toMatch(
    /no display/,
  )
})

test('an opener that fails, before or after it was returned, is reported', async () => {
  const host = { platform: 'linux', env: { DISPLAY: ':0' }, ...noFiles }
  const why = async (opener: Opener): Promise<string> =>
    (await failure(startBrowser(page, host, async () => ({ default: async () => opener, openApp: unasked })))).message
  const emits = (event: string, ...values: unknown[]): Opener => ({
    exitCode: null,
    once: (name: string, listener: (...given: never[]) => void) => name === event && listener(...(values as never[])),
  })
  expect(await why({ exitCode: 3, once: () => undefined })).toBe("the system's page opener ended with code 3")
  expect(await why(emits('exit', 4, null))).toBe("the system's page opener ended with code 4")
  expect(await why(emits('exit', null, 'SIGSEGV'))).toBe("the system's page opener was ended by SIGSEGV")
  expect(await why(emits('error', Object.assign(new Error('spawn'), { code: 'ENOENT' })))).toBe(
    "the system's page opener cannot be started (ENOENT)",
  )
})

type Opener = Awaited<ReturnType<OpenModule['default']>>

const unasked = (): never => {
  throw new Error('nobody asked for it')
}

test.each<[string, string, readonly string[]]>([
  ['/opt/browser', '/opt/browser', [page]],
  ['gone:firefox', '/usr/bin/firefox', [page]],
  ['firefox --new-window', '/usr/bin/firefox', ['--new-window', page]],
  ['firefox --url=%s --private', '/usr/bin/firefox', [`--url=${page}`, '--private']],
])('BROWSER=%s is what is started, also beside a display', async (value, path, args) => {
  const host = {
    ...{ platform: 'linux', env: { BROWSER: value, DISPLAY: ':0', PATH: 'bin:/bin:/usr/bin' }, ...allowed },
    look: looking(['/opt/browser', '/usr/bin/firefox', 'bin/firefox']),
  }
  const started: unknown[] = []
  const openApp: OpenModule['openApp'] = async (name, options) => {
    started.push(name, options.arguments)
    return { exitCode: 7, once: () => undefined }
  }
  const error = await failure(startBrowser(page, host, async () => ({ default: unasked, openApp })))
  expect(error.message).toBe('the program that BROWSER names ended with code 7')
  expect(started).toEqual([path, args])
})

test('a browser that may not be started is not loaded for', async () => {
  const host = { platform: 'linux', env: { DISPLAY: ':0' }, ...noFiles, missingFlags: () => ['--allow-run'] }
  const error = await failure(startBrowser(page, host, unasked))
  expect(error.message).toBe('this program was started without --allow-run')
})

test('the package open starts BROWSER with the address as one argument, and without a shell', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-browser-'))
  try {
    const browser = join(folder, 'browser.mjs')
    const seen = join(folder, 'seen.json')
    await writeFile(
      browser,
      `#!${process.execPath}
import { writeFileSync } from 'node:fs'
writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.argv.slice(2)))
`,
    )
    await chmod(browser, 0o755)
    const url = `${page}&a=%24%28touch+pwned%29&b=*`
    const program = join(folder, 'program.mjs')
    const open = import.meta.resolve('open')
    await writeFile(
      program,
      `import { openApp } from ${JSON.stringify(open)}\nconst child = await openApp(${JSON.stringify(browser)}, { arguments: [${JSON.stringify(url)}] })\n
      child.ref(); await new Promise((resolve) => child.once('exit', resolve))\n`,
    )
    await promisify(execFile)(process.execPath, [program], { env: {}, cwd: folder })
    expect(JSON.parse(await readFile(seen, 'utf8'))).toEqual([url])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
