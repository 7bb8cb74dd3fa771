import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type ServerResponse, request as startRequest } from 'node:http'
import { join } from 'node:path'
import { createServerCertificate, type Emulator } from '@entrada/emulator'
import { importPKCS8, SignJWT } from 'jose'
import { inject, vi } from 'vitest'
import { type Asked, startTlsServer } from '../../packages/cli/test/tls-server.ts'
import { temporaryFolder } from '../../scripts/temporary-folder.mjs'
import { freePort } from '../free-port.ts'
import { secretIn, tokenCheck } from './token-check.ts'

/** docker-registry behind what Azure Container Registry has before it: its exchange, and its tokens for repositories. */
export interface AzureRegistry {
  host: string
  /** Applications and users that have exchanged a token. */
  exchanged: unknown[]
  close(): Promise<void>
}

const issuer = 'stand-in for Azure Container Registry'
const tokenUser = '00000000-0000-0000-0000-000000000000'

export async function startAzureRegistry(emulator: Emulator): Promise<AzureRegistry> {
  const { path: folder, remove } = await temporaryFolder()
  const check = await tokenCheck(emulator, 'https://containerregistry.azure.net')
  const sign = await signer()
  const port = await freePort()
  const exchanged: unknown[] = []
  const refreshTokens = new Set<string>()

  const front = await startTlsServer(async (asked, response) => {
    const { pathname, searchParams } = new URL(asked.path, 'https://localhost')
    if (pathname === '/oauth2/exchange') {
      const form = new URLSearchParams(asked.body)
      const claims = await check(form.get('access_token') ?? '')
      if (claims === undefined || form.get('service') !== front.host) return answer(response, 401, unauthorized)
      exchanged.push(claims.appid)
      const secret = randomUUID()
      refreshTokens.add(secret)
      return answer(response, 200, { refresh_token: secret })
    }
    if (pathname === '/oauth2/token') {
      const [user] = Buffer.from(asked.headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':')
      const isGood = user === tokenUser && refreshTokens.has(secretIn(asked.headers.authorization) ?? '')
      if (!isGood) return answer(response, 401, unauthorized)
      const token = await sign(front.host, searchParams.getAll('scope'))
      return answer(response, 200, { token, access_token: token, expires_in: 300 })
    }
    await passOn(asked, response, { port, host: front.host })
  })

  await writeFile(join(folder, 'roots.pem'), inject('authority').certificate)
  // JSON is YAML.
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'storage') } },
    http: { addr: `127.0.0.1:${port}`, relativeurls: true, secret: 'of the test' },
    auth: {
      token: {
        realm: `https://${front.host}/oauth2/token`,
        service: front.host,
        issuer,
        rootcertbundle: join(folder, 'roots.pem'),
      },
    },
  }
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  const child = spawn('/usr/bin/docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  await untilListening(child, port)
  return {
    host: front.host,
    exchanged,
    async close() {
      killed()
      await once(child, 'close')
      process.off('exit', killed)
      remove()
    },
  }
}

const unauthorized = { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

/** Signs tokens for repositories (distribution.github.io/distribution/spec/auth/jwt). */
async function signer(): Promise<(audience: string, scopes: readonly string[]) => Promise<string>> {
  const { certificate, privateKey } = await createServerCertificate(inject('authority'), [])
  const { publicKey, raw } = new X509Certificate(certificate)
  const alg = publicKey.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256'
  const key = await importPKCS8(privateKey, alg)
  return (audience, scopes) => {
    const access = scopes.flatMap((scope) => {
      const [, type, name, actions = ''] = /^(\w+):(.+):([\w,*]+)$/.exec(scope) ?? []
      return type === undefined ? [] : [{ type, name, actions: actions.split(',') }]
    })
    return new SignJWT({ access })
      .setProtectedHeader({ alg, typ: 'JWT', x5c: [raw.toString('base64')] })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setNotBefore('-1 minute')
      .setExpirationTime('5 minutes')
      .setJti(randomUUID())
      .sign(key)
  }
}

async function passOn(
  { method, path, headers, body }: Asked,
  response: ServerResponse,
  { port, host }: { port: number; host: string },
): Promise<void> {
  const request = startRequest({
    port,
    method,
    path,
    headers: { ...headers, host, 'x-forwarded-proto': 'https' },
  })
  request.end(Buffer.from(body, 'latin1'))
  const [incoming] = await once(request, 'response')
  response.writeHead(incoming.statusCode, incoming.headers)
  incoming.pipe(response)
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  await vi.waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}.`)
      return fetch(`http://127.0.0.1:${port}/v2/`)
    },
    { timeout: 20_000 },
  )
}
