import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator } from '@entrada/emulator'
import {
  clientId,
  password,
  publicClientId,
  recognisableSecret,
  redirectUri,
  serviceConnectionId,
  tenantId,
  user,
} from '../../packages/entrada/test/app.ts'
import { makeCertificate, makePkcs12 } from '../../packages/entrada/test/certificates/make-certificate.ts'
import { installedTools } from '../../packages/entrada/test/contract/installed-tools.ts'
import { signedInVisualStudioCode } from '../../packages/entrada/test/contract/signed-in-visual-studio-code.ts'
import { signedInHome } from '../../packages/entrada/test/msal/shared-cache.ts'
import { createWorld } from '../../packages/entrada/test/world.ts'
import { startConnectProxy } from '../connect-proxy.ts'
import type { Given } from './abilities/ability.ts'
import { startAssistant } from './assistant.ts'

/** The application of a page. */
const pageClientId = '77777777-7777-4777-8777-777777777777'

/** A host name of the emulator's that only the proxy finds. */
const proxiedHost = 'entra.example'

export interface Surroundings {
  given: Given
  /** What of it is there in pages alone. */
  page: Required<Given>['page']
  /** The authority's certificate, as a file. */
  caPath: string
  /** What a program that signs in by its environment finds there. */
  env: Record<string, string>
  close(): Promise<void>
}

/** Starts all that the abilities are tried with. */
export async function prepare(): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-runtimes-'))
  const certificate = makeCertificate()
  const world = await createWorld({
    hosts: [proxiedHost],
    // Each runtime presents the same token of the same service account.
    replayedAssertions: 'accept',
    directory: {
      tenants: [{ id: tenantId, domains: ['contoso.onmicrosoft.com'] }],
      apps: [
        {
          ...{ name: 'app', clientId, tenantId, redirectUris: [redirectUri] },
          secrets: [{ value: recognisableSecret }],
          certificates: [certificate.certificate],
        },
      ],
      users: [{ ...user, tenantId, password }],
    },
  })
  const { emulator } = world
  const stranger = await startEmulator({
    directory: {
      tenants: [{ id: tenantId }],
      apps: [{ name: 'app', clientId, tenantId, secrets: [{ value: recognisableSecret }] }],
    },
  })
  const forPages = await startEmulator({
    directory: {
      tenants: [{ id: tenantId }],
      apps: [{ name: 'page', clientId: pageClientId, tenantId, redirectUris: { spa: ['http://localhost'] } }],
      users: [{ ...user, tenantId, password }],
    },
  })
  const port = Number(new URL(emulator.url).port)
  const proxy = await startConnectProxy({ [`${proxiedHost}:443`]: port })
  const assistant = await startAssistant(
    { ...world, certificate: { ...world.certificate, ...certificate } },
    () => proxy.connects.length,
  )
  const pem = join(folder, 'app.pem')
  await writeFile(pem, certificate.pem)
  const given: Given = {
    ...{ authorityHost: emulator.url, tenantId, clientId, clientSecret: recognisableSecret, publicClientId },
    ...{ serviceConnectionId, username: user.username, password, redirectUri, userToken: world.userToken },
    certificate: formsOf(certificate),
    assistant: assistant.url,
    proxied: { authorityHost: `https://${proxiedHost}`, port: proxy.port },
    stranger: { authorityHost: stranger.url, ca: stranger.ca.pem },
    envs: await environments(world),
    files: { pem, folder },
  }
  return {
    given,
    page: { authorityHost: forPages.url, clientId: pageClientId },
    caPath: emulator.ca.path,
    env: world.env,
    async close() {
      assistant.close()
      await proxy[Symbol.asyncDispose]()
      await Promise.all([world.close(), stranger.close(), forPages.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type World = Awaited<ReturnType<typeof createWorld>>

/** What hosts, pipelines and tools put into the environment. */
async function environments(world: World): Promise<Given['envs']> {
  const { emulator } = world
  const hostOf = async (host: 'imds' | 'app-service' | 'service-fabric' | 'machine-learning' | 'cloud-shell') =>
    (await emulator.managedIdentity({ host })).env
  return {
    workload: (await emulator.kubernetes({ serviceAccount: 'app', namespace: 'test', app: 'app' })).env,
    tokenProxy: (await emulator.aksTokenProxy()).env,
    pipelines: emulator.pipelines({ serviceConnectionId, app: 'app' }).env,
    gitHubActions: emulator.githubActions({ repository: 'octo/shop', environment: 'production', app: 'app' }).env,
    tools: { ...world.env, ...(await installedTools(world)) },
    sharedCache: signedInHome(world),
    visualStudioCode: await signedInVisualStudioCode(world),
    imds: await hostOf('imds'),
    appService: await hostOf('app-service'),
    serviceFabric: await hostOf('service-fabric'),
    machineLearning: await hostOf('machine-learning'),
    cloudShell: await hostOf('cloud-shell'),
    nothing: {},
  }
}

function formsOf(made: ReturnType<typeof makeCertificate>): Given['certificate'] {
  const key = createPrivateKey(made.privateKey)
  const passphrase = 'correct horse'
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
  return {
    pem: made.pem,
    publicPem: made.certificate,
    encryptedPem: `${encrypted}${made.certificate}`,
    pkcs12: Buffer.from(makePkcs12(made, passphrase)).toString('base64'),
    password: passphrase,
    pkcs8: key.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    spki: createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64'),
  }
}
