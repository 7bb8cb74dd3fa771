import fc from 'fast-check'
import { expect, test } from 'vitest'
import { detectHost } from '../../src/managed-identity/detect-host.ts'
import { arcAgentPath, arcOrImds } from '../../src/managed-identity/make-endpoint.ts'
import { fakeFiles } from './stand-in.ts'

const all = {
  IDENTITY_ENDPOINT: 'http://localhost/identity',
  IDENTITY_HEADER: 'header',
  IDENTITY_SERVER_THUMBPRINT: 'thumbprint',
  IMDS_ENDPOINT: 'http://localhost',
  MSI_ENDPOINT: 'http://localhost/msi',
  MSI_SECRET: 'secret',
  AZURE_TENANT_ID: 'tenant',
  AZURE_FEDERATED_TOKEN_FILE: '/token',
}
type Name = keyof typeof all

const kindOf = (env: Record<string, string | undefined>, facts = {}): string =>
  detectHost(env, { hasClientId: true, ...facts }).kind

test.each<[string, Name[], string]>([
  [
    'endpoint, header and thumbprint',
    ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'IDENTITY_SERVER_THUMBPRINT'],
    'service-fabric',
  ],
  ['endpoint and header', ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'], 'app-service'],
  ['endpoint, header and IMDS', ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'IMDS_ENDPOINT'], 'app-service'],
  ['endpoint and IMDS', ['IDENTITY_ENDPOINT', 'IMDS_ENDPOINT'], 'azure-arc'],
  [
    'endpoint, IMDS and a stray thumbprint',
    ['IDENTITY_ENDPOINT', 'IMDS_ENDPOINT', 'IDENTITY_SERVER_THUMBPRINT'],
    'azure-arc',
  ],
  ['endpoint alone', ['IDENTITY_ENDPOINT'], 'none'],
  ['endpoint alone, with the old names', ['IDENTITY_ENDPOINT', 'MSI_ENDPOINT', 'MSI_SECRET'], 'none'],
  ['header alone', ['IDENTITY_HEADER'], 'imds'],
  ['IMDS alone', ['IMDS_ENDPOINT'], 'imds'],
  [
    'new and old names, as App Service has them',
    ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET'],
    'app-service',
  ],
  ['old endpoint and secret', ['MSI_ENDPOINT', 'MSI_SECRET'], 'machine-learning'],
  ['old endpoint', ['MSI_ENDPOINT'], 'cloud-shell'],
  ['old endpoint and a workload', ['MSI_ENDPOINT', 'AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE'], 'cloud-shell'],
  ['secret alone', ['MSI_SECRET'], 'imds'],
  ['a workload', ['AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE'], 'token-exchange'],
  ['a workload without its tenant', ['AZURE_FEDERATED_TOKEN_FILE'], 'imds'],
  ['a workload without its file', ['AZURE_TENANT_ID'], 'imds'],
  ['nothing', [], 'imds'],
  ['everything', Object.keys(all) as Name[], 'service-fabric'],
])('%s', (_, names, kind) => {
  const env = Object.fromEntries(names.map((name) => [name, all[name]]))
  expect(kindOf(env)).toBe(kind)
  // What is empty is not set.
  const empty = Object.fromEntries(Object.keys(all).map((name) => [name, '']))
  expect(kindOf({ ...empty, ...env })).toBe(kind)
})

test('a workload needs a client id, and gives way where it is excluded', () => {
  const env = { AZURE_TENANT_ID: 'tenant', AZURE_FEDERATED_TOKEN_FILE: '/token' }
  expect(kindOf(env, { hasClientId: false })).toBe('imds')
  expect(kindOf(env, { isTokenExchangeExcluded: true })).toBe('imds')
})

test('what the variables say goes along', () => {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header, IDENTITY_SERVER_THUMBPRINT: thumbprint } = all
  expect(detectHost(all, { hasClientId: true })).toEqual({ kind: 'service-fabric', endpoint, header, thumbprint })
  const old = { MSI_ENDPOINT: 'http://localhost/msi', MSI_SECRET: 'secret', DEFAULT_IDENTITY_CLIENT_ID: 'usual' }
  expect(detectHost(old, { hasClientId: true })).toEqual({
    kind: 'machine-learning',
    endpoint: 'http://localhost/msi',
    secret: 'secret',
    defaultClientId: 'usual',
  })
  const authority = 'http://localhost:8080'
  const pod = { AZURE_POD_IDENTITY_AUTHORITY_HOST: authority }
  expect(detectHost(pod, { hasClientId: false })).toEqual({ kind: 'imds', authority })
})

test('no environment makes it fail, and a half-configured host is never another', () => {
  const value = fc.option(fc.constantFrom('', 'x'), { nil: undefined })
  const envs = fc.record(
    Object.fromEntries(Object.keys(all).map((name) => [name, value])) as Record<Name, typeof value>,
  )
  fc.assert(
    fc.property(envs, fc.boolean(), (env, hasClientId) => {
      const { kind } = detectHost(env, { hasClientId })
      const isModern = ['service-fabric', 'app-service', 'azure-arc', 'none'].includes(kind)
      expect(isModern).toBe(!!env.IDENTITY_ENDPOINT)
      if (kind === 'service-fabric' || kind === 'app-service') expect(env.IDENTITY_HEADER).toBeTruthy()
      if (kind === 'machine-learning') expect(env.MSI_SECRET).toBeTruthy()
    }),
  )
})

test.each<[string, Record<string, string>, string, string]>([
  ['linux', {}, '/opt/azcmagent/bin/himds', 'azure-arc'],
  [
    'win32',
    { ProgramFiles: 'C:\\Program Files' },
    'C:\\Program Files\\AzureConnectedMachineAgent\\himds.exe',
    'azure-arc',
  ],
  ['win32', {}, 'undefined\\AzureConnectedMachineAgent\\himds.exe', 'imds'],
  ['darwin', {}, '/opt/azcmagent/bin/himds', 'imds'],
])('on %s the agent of Azure Arc is where its program is', async (platform, env, path, kind) => {
  const machine = { env, platform, files: fakeFiles({ [path]: '' }) }
  expect(await arcOrImds({ kind: 'imds', authority: undefined }, machine)).toMatchObject({ kind })
  expect(await arcOrImds({ kind: 'imds', authority: 'http://localhost' }, machine)).toMatchObject({ kind: 'imds' })
  expect(await arcOrImds({ kind: 'imds', authority: undefined }, { ...machine, files: fakeFiles() })).toMatchObject({
    kind: 'imds',
  })
  if (kind === 'imds') expect(arcAgentPath(env, platform)).toBeUndefined()
})
