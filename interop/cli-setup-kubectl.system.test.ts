import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { clientId, startAuthority } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { startTlsServer, type TlsServer } from '../packages/cli/test/tls-server.ts'
import { openPerson, type Person } from './cli/person.ts'
import { secretIn, tokenCheck } from './cli/token-check.ts'
import { component, kubectl, kubectls } from './components.ts'

const isHere = component(kubectl)
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const aksServer = '6dae42f8-4368-4678-94ff-3960e28e3630'

let program: Program
let emulator: Emulator
let cluster: TlsServer
/** The applications whose tokens the cluster has accepted. */
const accepted: unknown[] = []

beforeAll(async () => {
  if (!isHere) return
  program = await buildProgram()
  emulator = await startAuthority()
  const check = await tokenCheck(emulator, aksServer)
  cluster = await startTlsServer(async ({ path, headers }, response) => {
    const claims = await check(secretIn(headers.authorization))
    if (claims !== undefined) accepted.push(claims.appid)
    const [status, body] = claims === undefined ? [401, unauthorized] : [200, answers[path.split('?')[0] ?? ''] ?? {}]
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  })
})

const unauthorized = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Unauthorized', code: 401 }
const answers: Record<string, object> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'namespaces', singularName: '', namespaced: false, kind: 'Namespace', verbs: ['get', 'list'] }],
  },
  '/api/v1/namespaces': {
    kind: 'NamespaceList',
    apiVersion: 'v1',
    metadata: {},
    items: [{ metadata: { name: 'shop-of-the-test' }, status: { phase: 'Active' } }],
  },
}

/** A person whose `kubectl` is this one, with a cluster, and a user whose token is none. */
async function personWith(path: string): Promise<Person> {
  const person = await openPerson(program, emulator)
  const bin = join(person.home, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'kubectl'), `#!/bin/sh\nexec ${path} "$@"\n`)
  await chmod(join(bin, 'kubectl'), 0o755)
  person.env.PATH = [bin, person.env.PATH].join(delimiter)
  await mkdir(join(person.home, '.kube'))
  const ca = Buffer.from(inject('authority').certificate).toString('base64')
  await writeFile(
    join(person.home, '.kube/config'),
    `apiVersion: v1
kind: Config
# of the team
clusters:
- name: test
  cluster: { server: "https://${cluster.host}", certificate-authority-data: ${ca} }
contexts:
- name: test
  context:
    cluster: test
    user: nobody
current-context: test
users:
- name: nobody
  user:
    token: none
`,
  )
  return person
}

describe.each(kubectls.filter((path) => existsSync(path)))('%s', (path) => {
  test('gets a token for each command by the plug-in that setup has written, of the version that it knows', async () => {
    const person = await personWith(path)
    const file = join(person.home, '.kube/config')
    const before = await readFile(file, 'utf8')
    const list = () => person.run(['kubectl', 'get', 'namespaces'])
    expect(await list()).toMatchObject({ code: 1, errors: expect.stringContaining('must be logged in') })

    expect(await person.run(['entrada', 'setup', 'kubectl'])).toEqual({ code: 0, output: '', errors: '' })
    const { output: version } = await person.run(['kubectl', 'version', '--client', '-o', 'json'])
    const minor = Number(/"gitVersion": "v1\.(\d+)/.exec(version)?.[1])
    const api = await readFile(file, 'utf8')
    expect(api).toContain(`apiVersion: client.authentication.k8s.io/${minor < 22 ? 'v1beta1' : 'v1'}\n`)
    accepted.length = 0
    expect(await list()).toMatchObject({
      code: 0,
      output: expect.stringContaining('shop-of-the-test '),
      errors: '',
    })
    expect(new Set(accepted)).toEqual(new Set([clientId]))

    await person.run(['entrada', 'setup', 'kubectl', '--undo'])
    expect(await readFile(file, 'utf8')).toBe(before)
    expect((await list()).code).toBe(1)
  })

  test('shows what entrada says, where there is no token', async () => {
    const person = await personWith(path)
    await person.run(['entrada', 'setup', 'kubectl', '--profile', 'nobody'])
    const { code, errors } = await person.run(['kubectl', 'get', 'namespaces'])
    expect(code).toBe(1)
    expect(errors).toMatch(/^entrada: .*nobody/m)
  })

  test('writes the file itself in between, and setup is still taken back', async () => {
    const person = await personWith(path)
    await person.run(['entrada', 'setup', 'kubectl'])
    expect(
      (await person.run(['kubectl', 'config', 'set-context', 'other', '--cluster=test', '--user=nobody'])).code,
    ).toBe(0)
    await person.run(['entrada', 'setup', 'kubectl', '--undo'])
    const { output } = await person.run(['kubectl', 'config', 'view', '--raw', '-o', 'json'])
    const { contexts, users } = JSON.parse(output)
    expect(contexts.map(({ context }: { context: { user: string } }) => context.user)).toEqual(['nobody', 'nobody'])
    expect(users.map(({ name }: { name: string }) => name)).toEqual(['nobody'])
  })
})
