import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { cleanEnvironment } from '../testing/environment.mjs'
import { component } from './components.ts'
import { type Container, type ContainerNetwork, namespaces, openContainerNetwork } from './container.ts'

// The image is not built here: what would be in it runs in namespaces, as its Dockerfile and the compose file say.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const root = fileURLToPath(new URL('../', import.meta.url))
const mayMount = spawnSync('unshare', ['--mount', '--net', 'true']).status === 0
const isHere = component(namespaces) && mayMount
beforeEach(({ skip }) => {
  if (!mayMount) skip('Containers need the right to mount and to make networks (unshare --mount --net).')
})

interface Service {
  command: string[]
  environment?: Record<string, string>
  user?: string
  working_dir?: string
  read_only?: boolean
}

let folder: string
let network: ContainerNetwork
let image: ReturnType<typeof readImage>
let services: Record<'entra' | 'storage' | 'app', Service>
let entra: Container

beforeAll(async () => {
  if (!isHere) return
  folder = await mkdtemp(join(tmpdir(), 'emulator-image-'))
  image = readImage(await readFile(join(root, 'packages/emulator/Dockerfile'), 'utf8'))
  services = parse(await readFile(join(root, 'examples/compose/compose.yaml'), 'utf8')).services
  const app = await install(folder)
  network = await openContainerNetwork(folder, ['entra', 'storage', 'app'])
  entra = await network.start({
    name: 'entra',
    command: [...image.entrypoint, ...services.entra.command],
    workdir: image.workdir,
    mounts: {
      [app]: image.workdir,
      [await network.volume('state')]: '/state:rw',
      [await network.volume('certificates')]: '/state/certificates:rw',
      [join(root, 'examples/compose')]: '/config',
    },
  })
  await entra.until('Ctrl+C stops it.')
})
afterAll(async () => {
  if (!isHere) return
  await network?.close()
  await rm(folder, { recursive: true, force: true })
})

test('the image’s command runs as its user, without any capability, and can write to its volume alone', async () => {
  expect(image.user).toBe('node')
  expect(image.volume).toBe('/state')
  const { Uid, CapEff, CapBnd, NoNewPrivs } = await entra.status()
  expect([Uid?.split('\t'), Number(`0x${CapEff}`), Number(`0x${CapBnd}`), NoNewPrivs]).toEqual([
    ['1000', '1000', '1000', '1000'],
    0,
    0,
    '1',
  ])
  const written = await entra.exec(
    ['sh', '-c', 'for place in / /tmp /app /usr; do touch $place/x && echo $place; done'],
    'root',
  )
  expect(written.output).not.toMatch(/^\//m)
  expect((await entra.exec(['sh', '-c', 'ls -A /state'])).output.split('\n').filter(Boolean).sort()).toEqual([
    'ca-bundle.pem',
    'ca.pem',
    'certificates',
    'emulator.lock',
    'state.json',
  ])
})

test('its health check passes while it runs, and fails where nothing listens', async () => {
  expect(await entra.exec(image.healthcheck)).toEqual({ code: 0, output: '' })
  const elsewhere = image.healthcheck.map((part) => part.replace(':8080', ':8081'))
  expect((await entra.exec(elsewhere)).code).toBe(1)
})

test('as in the compose file: a program signs in by plain http, and stores a blob in Azurite by https', async () => {
  const certificates = join(folder, 'certificates')
  const [azurite, ...flags] = services.storage.command
  expect(azurite).toBe('azurite')
  // The image of Azurite is the same program as in npm.
  const storage = await network.start({
    name: 'storage',
    command: ['node', '/node_modules/azurite/dist/src/azurite.js', ...flags],
    mounts: { [join(root, 'node_modules')]: '/node_modules', [certificates]: '/certificates' },
  })
  await storage.until('Table service is successfully listening')

  const { command, working_dir: workdir = '/', environment: env = {} } = services.app
  const app = await network.start({
    ...{ name: 'app', command, workdir, env },
    mounts: { [root]: '/src', [certificates]: '/certificates' },
  })
  await app.ended
  expect(app.output()).toBe('Hello from a container!\n')
  await entra.until(
    'Token request, client_credentials, app for https://storage.azure.com/.default: Issued: access token',
  )
})

test('nothing of it is open to other machines of the network but its two ports', async () => {
  const { output } = await entra.exec(['cat', '/proc/net/tcp'])
  const ports = [...output.matchAll(/^ *\d+: 00000000:(\w{4}) \S+ 0A/gm)].map(([, port]) =>
    Number.parseInt(`${port}`, 16),
  )
  expect(new Set(ports)).toEqual(new Set([8080, 8443]))
  expect(services.entra).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
})

test('it stops cleanly when its runtime asks', async () => {
  await entra.kill('SIGTERM')
  expect(await entra.ended).toEqual([0, null])
  expect(entra.output()).toMatch(/Stopped\.\n$/)
})

/** What the last stage of a Dockerfile says of the process that runs. */
function readImage(dockerfile: string): {
  user: string | undefined
  workdir: string
  volume: string | undefined
  entrypoint: string[]
  healthcheck: string[]
} {
  const lines = dockerfile.replace(/\\\n\s*/g, ' ').split('\n')
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
  const of = (instruction: string): string | undefined =>
    last.findLast((line) => line.startsWith(`${instruction} `))?.slice(instruction.length + 1)
  return {
    user: of('USER'),
    workdir: of('WORKDIR') ?? '/',
    volume: of('VOLUME'),
    entrypoint: JSON.parse(of('ENTRYPOINT') ?? '[]'),
    healthcheck: JSON.parse(/CMD (\[.*\])$/.exec(of('HEALTHCHECK') ?? '')?.[1] ?? '[]'),
  }
}

/** Installs what npm would publish, as the Dockerfile does. */
async function install(into: string): Promise<string> {
  const npm = (...args: readonly string[]): Promise<{ stdout: string }> =>
    promisify(execFile)('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      env: cleanEnvironment(),
    })
  const { stdout } = await npm('pack', '--workspace', 'packages/emulator', '--pack-destination', into)
  const app = join(into, 'app')
  const tarball = join(into, stdout.trim().split('\n').at(-1) ?? '')
  const omitted = ['--omit=dev', '--omit=optional', '--omit=peer', '--prefer-offline']
  await npm('install', '--prefix', app, ...omitted, tarball)
  return app
}
