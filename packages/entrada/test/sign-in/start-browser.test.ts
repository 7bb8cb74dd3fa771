import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type AuthorizationUrl, authorizationUrl, checkPage } from '../../src/sign-in/authorization-url.ts'
import { whyNoBrowser } from '../../src/sign-in/no-browser.ts'
import { startBrowser } from '../../src/sign-in/start-browser.ts'
import { thrown } from '../credentials/thrown.ts'
import { failure } from '../world.ts'

const page = 'https://login.example/tenant/oauth2/v2.0/authorize?state=x'
const noFiles = { look: () => undefined }

test.each<[string, string, Record<string, string>, string[], RegExp | undefined]>([
  ['a desktop on Linux', 'linux', { DISPLAY: ':0' }, [], undefined],
  ['a desktop on Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, [], undefined],
  ['a Mac', 'darwin', {}, [], undefined],
  ['Windows', 'win32', {}, [], undefined],
  ['Windows’ Linux', 'linux', { WSL_DISTRO_NAME: 'Debian' }, [], undefined],
  ['a browser that was named', 'linux', { BROWSER: 'w3m', SSH_TTY: '/dev/pts/0' }, ['/.dockerenv'], undefined],
  ['a server', 'linux', {}, [], /no display/],
  ['an SSH session', 'linux', { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 22' }, [], /SSH session/],
  ['an SSH session on a Mac', 'darwin', { SSH_TTY: '/dev/ttys0' }, [], /SSH session/],
  ['Docker', 'linux', { DISPLAY: ':0' }, ['/.dockerenv'], /container/],
  ['Podman', 'linux', {}, ['/run/.containerenv'], /container/],
  ['a pod', 'linux', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, [], /container/],
  ['a development container', 'linux', { REMOTE_CONTAINERS: 'true' }, [], /container/],
  ['a codespace', 'linux', { CODESPACES: 'true', BROWSER: '/vscode/browser.sh', DISPLAY: ':0' }, [], /codespace/],
])('on %s', (_, platform, env, files, why) => {
  const look = (path: string) => (files.includes(path) ? { stamp: '', isFile: true, mode: 0, uid: 0 } : undefined)
  const reason = whyNoBrowser({ platform, env, look })
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
    return { default: () => Promise.reject(new Error('it was started')) }
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

test('an opener that fails, before or after it was given back, is told', async () => {
  const host = { platform: 'linux', env: { DISPLAY: ':0' }, ...noFiles }
  const early = async () => ({ default: async () => ({ exitCode: 3, once: () => undefined }) })
  const late = async () => ({
    default: async () => ({ exitCode: null, once: (_: 'exit', listener: (code: number) => void) => listener(4) }),
  })
  expect((await failure(startBrowser(page, host, early))).message).toBe('the opener of pages ended with code 3')
  expect((await failure(startBrowser(page, host, late))).message).toBe('the opener of pages ended with code 4')
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
      `import open from ${JSON.stringify(open)}\nconst child = await open(${JSON.stringify(url)})\n
      child.ref(); await new Promise((resolve) => child.once('exit', resolve))\n`,
    )
    await promisify(execFile)(process.execPath, [program], {
      env: { PATH: process.env.PATH, BROWSER: browser },
      cwd: folder,
    })
    expect(JSON.parse(await readFile(seen, 'utf8'))).toEqual([url])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
