import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AksHost, LoggedRequest, ManagedIdentityHost, ManagedIdentityOptions } from '@entrada/emulator'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ARC_KEY_DIRECTORY, namespaceRefusal, runClient } from './managed-identity/run-client.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

// Our requests beside those of @azure/identity, field by field, as the same host got them.

const emulator = await startTrustedEmulator()
const folder = await mkdtemp(join(tmpdir(), 'entrada-interop-'))
afterAll(async () => {
  await emulator.close()
  await rm(folder, { recursive: true })
})
beforeEach(() => emulator.requests.clear())

const scope = 'https://storage.azure.com/.default'
const programs = {
  theirs: fileURLToPath(new URL('managed-identity/get-tokens.mjs', import.meta.url)),
  ours: fileURLToPath(new URL('managed-identity/get-entrada-tokens.mjs', import.meta.url)),
}

/** What a host sees of a request: `header`, `query` and `form` fields by name. */
type Fields = Record<string, string | undefined>

/** Of the connection, not of the protocol. */
const connection = /^header (?:host|connection|accept-encoding|content-length)$/

function fieldsOf({ method, path, query, headers, form }: LoggedRequest): Fields {
  const named = (kind: string, fields: Readonly<Record<string, string | undefined>>): [string, string | undefined][] =>
    Object.entries(fields).map(([name, value]) => [`${kind} ${name}`, value])
  const all = [...named('header', headers), ...named('query', query), ...named('form', form)]
  return { method, path: path.toLowerCase(), ...Object.fromEntries(all.filter(([name]) => !connection.test(name))) }
}

/** Names of the fields that differ. What is another each time counts as the same. */
function differences(theirs: Fields, ours: Fields): string[] {
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].sort(byCodeUnit)
  return names.filter((name) => (isRandom(name) ? !theirs[name] !== !ours[name] : theirs[name] !== ours[name]))
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : 1
}

function isRandom(name: string): boolean {
  return name === 'header x-ms-client-request-id' || name === 'header authorization' || name === 'form client_assertion'
}

/** Every field in which the two differ, on whichever host, and why. */
const reasons: Record<string, string> = {
  'header user-agent': 'each library names itself',
  'header content-type':
    'a GET has no body whose type could be told; of a form, the type has no charset (RFC 6749, appendix B)',
  'header accept': 'the token endpoint is asked for JSON',
  path: 'IMDS documents its address without a slash at its end',
  'query client-request-id': 'the id is in the header x-ms-client-request-id, and no URL needs it',
  'form client-request-id': 'the same',
  'header x-client-sku': 'telemetry of MSAL, which is not ours to send',
  'header x-client-ver': 'the same',
  'form x-client-SKU': 'telemetry of MSAL, which is not ours to send',
  'form x-client-VER': 'the same',
  'form x-client-OS': 'the same',
  'form x-client-CPU': 'the same',
  'form x-client-current-telemetry': 'the same',
  'form x-client-last-telemetry': 'the same',
  'form x-ms-lib-capability': 'the same',
}

interface Seen {
  theirs: Fields[]
  ours: Fields[]
}

async function seenBy(
  host: Pick<ManagedIdentityHost, 'env' | 'requests'>,
  options: object,
  more: { keyDirectory?: string; peerEnv?: Record<string, string> } = {},
): Promise<Seen> {
  const { keyDirectory, peerEnv } = more
  const given = { options: { retryOptions: { maxRetries: 0 }, ...options }, scope, times: 1 }
  const run = async (program: string, env: Record<string, string>): Promise<Fields[]> => {
    emulator.requests.clear()
    const command = [process.execPath, program] as const
    const got = await runClient<object>({ command, env, given, ...(keyDirectory !== undefined && { keyDirectory }) })
    expect(got).not.toHaveProperty('error')
    return host.requests.map(fieldsOf)
  }
  return {
    theirs: await run(programs.theirs, { ...host.env, ...peerEnv }),
    ours: await run(programs.ours, host.env),
  }
}

/** Compares one host's requests, one by one. */
async function expectAlike(
  host: Pick<ManagedIdentityHost, 'env' | 'requests'>,
  ...more: [object?, object?]
): Promise<string[]> {
  const { theirs, ours } = await seenBy(host, more[0] ?? {}, more[1])
  expect(ours).toHaveLength(theirs.length)
  const differing = theirs.flatMap((request, index) => differences(request, ours[index] ?? {}))
  expect(differing.filter((name) => !(name in reasons))).toEqual([])
  return differing
}

const reader = { name: 'reader' }
const usual = ['header content-type', 'header user-agent']

describe('our requests are those of @azure/identity, but for', () => {
  test.for<[string, ManagedIdentityOptions, ('clientId' | 'objectId' | 'resourceId')[], string[]]>([
    [
      'imds',
      { host: 'imds' },
      ['clientId', 'objectId', 'resourceId'],
      [...usual, 'header x-client-sku', 'header x-client-ver', 'path'],
    ],
    ['app-service', { host: 'app-service' }, ['clientId', 'objectId', 'resourceId'], usual],
    ['machine-learning', { host: 'machine-learning' }, ['clientId'], usual],
    ['cloud-shell', { host: 'cloud-shell' }, [], usual],
  ])('%s', async ([, options, ids, expected]) => {
    const host = await emulator.managedIdentity({
      ...options,
      identities: ids.length === 0 ? ['system'] : ['system', reader],
    } as ManagedIdentityOptions & { host: 'imds' })
    expect(await expectAlike(host)).toEqual(expected)
    for (const id of ids) expect(await expectAlike(host, { [id]: host.identities[1]?.[id] })).toEqual(expected)
  })

  test('service-fabric', async () => {
    const host = await emulator.managedIdentity({ host: 'service-fabric' })
    const NODE_EXTRA_CA_CERTS = join(folder, 'service-fabric.pem')
    await writeFile(NODE_EXTRA_CA_CERTS, host.certificate)
    expect(await expectAlike(host, {}, { peerEnv: { NODE_EXTRA_CA_CERTS } })).toEqual(usual)
  })

  test('azure-arc, both its requests', async ({ skip }) => {
    const refusal = namespaceRefusal()
    if (refusal !== undefined) skip(refusal)
    const keyDirectory = join(folder, 'tokens')
    const host = await emulator.managedIdentity({
      host: 'azure-arc',
      keyDirectory,
      shownKeyDirectory: ARC_KEY_DIRECTORY,
    })
    expect(await expectAlike(host, {}, { keyDirectory })).toEqual([...usual, ...usual])
  })

  test('aks', async () => {
    const tokenFile = join(folder, 'service-account-token')
    const host: AksHost = await emulator.managedIdentity({ host: 'aks', identities: [reader], tokenFile })
    expect(await expectAlike(host)).toEqual(
      Object.keys(reasons)
        .filter((name) => name !== 'path' && !name.startsWith('header x-client'))
        .sort(byCodeUnit),
    )
  })
})
