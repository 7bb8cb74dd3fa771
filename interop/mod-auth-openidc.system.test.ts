import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { component, modAuthOpenidc } from './components.ts'
import { freePort } from './free-port.ts'
import { ada } from './signing-in.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'
import { contosoWithWebApp, signAdaIn, webApp } from './web-app.ts'

const isHere = component(modAuthOpenidc)

let emulator: Emulator
let apache: ChildProcess | undefined
let folder: string
let origin: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apache-'))
  const port = await freePort()
  origin = `http://localhost:${port}`
  emulator = await startTrustedEmulator({ directory: contosoWithWebApp(`${origin}/protected/callback`) })
  if (!isHere) return
  await mkdir(join(folder, 'site', 'protected'), { recursive: true })
  await chmod(folder, 0o755)
  await writeFile(join(folder, 'site', 'protected', 'index.html'), 'the page of <!--#echo var="REMOTE_USER" -->\n')
  // Its workers have rights of their own, and may not read the emulator's file.
  await writeFile(join(folder, 'ca.pem'), emulator.ca.pem)
  await writeFile(join(folder, 'apache.conf'), configuration(port))
  apache = spawn('/usr/sbin/apache2', ['-X', '-f', join(folder, 'apache.conf')], { stdio: 'ignore' })
  await answers(origin)
}, 60_000)

afterAll(async () => {
  if (apache !== undefined && apache.exitCode === null) {
    apache.kill('SIGTERM')
    await once(apache, 'exit')
  }
  await emulator.close()
  await rm(folder, { recursive: true, force: true })
})

/** Debian's Apache, in a folder of its own, with the emulator for its provider. */
function configuration(port: number): string {
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'mime', 'dir', 'include', 'auth_openidc']
  const load = modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  return `${load.join('\n')}
ServerName localhost
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:debug
User www-data
Group www-data
TypesConfig /etc/mime.types
DocumentRoot ${folder}/site
DirectoryIndex index.html
OIDCProviderMetadataURL ${emulator.url}/${webApp.tenantId}/v2.0/.well-known/openid-configuration
OIDCCABundlePath ${folder}/ca.pem
OIDCClientID ${webApp.clientId}
OIDCClientSecret "${webApp.secret}"
OIDCRedirectURI ${origin}/protected/callback
OIDCCryptoPassphrase "a passphrase for its cookies"
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
<Location /protected>
  AuthType openid-connect
  Require valid-user
  Options +Includes
  SetOutputFilter INCLUDES
</Location>
`
}

/** Asks until there is an answer; fails with Apache's own words once it has ended. */
async function answers(url: string): Promise<void> {
  while (apache?.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Apache did not start: ${await readFile(join(folder, 'error.log'), 'utf8')}`)
}

interface Answer {
  status: number | undefined
  location: string
  cookies: string
  text: string
}

/** What a browser that goes there is answered: `fetch` says of itself that it is a script, and scripts are not sent to sign in. */
async function navigate(url: string | URL, cookie = ''): Promise<Answer> {
  const [answer] = (await once(get(url, { headers: { cookie, accept: 'text/html' } }), 'response')) as [IncomingMessage]
  const { location = '', 'set-cookie': cookies = [] } = answer.headers
  const parts = await answer.toArray()
  return {
    ...{ location, status: answer.statusCode, text: Buffer.concat(parts).toString() },
    cookies: cookies.map((each) => each.split(';')[0]).join('; '),
  }
}

test('Apache’s mod_auth_openidc signs a user in with PKCE, checks the ID token, and lets them in by name', async () => {
  const sent = await navigate(`${origin}/protected/`)
  expect(sent.status, await readFile(join(folder, 'error.log'), 'utf8')).toBe(302)
  const address = new URL(sent.location)
  expect(address.origin).toBe(emulator.url)
  expect(address.searchParams.get('code_challenge_method')).toBe('S256')
  const back = await signAdaIn(emulator, address)
  const signedIn = await navigate(back, sent.cookies)
  expect(signedIn.location, await readFile(join(folder, 'error.log'), 'utf8')).toBe(`${origin}/protected/`)
  const page = await navigate(`${origin}/protected/`, signedIn.cookies)
  expect(page.text).toContain(`the page of ${ada}`)
})
