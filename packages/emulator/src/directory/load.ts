import { randomBytes } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { DirectoryDeclaration } from './declaration.ts'
import { readJsonFile } from './json-file.ts'
import { parseDirectory } from './parse.ts'

/**
 * One tenant with one app, `demo`, one user and a subscription. Their ids never change; their secrets are new each
 * time.
 */
export function defaultDirectory(): DirectoryDeclaration {
  const tenantId = '7e57ab1e-0000-4000-8000-000000000001'
  return {
    tenants: [{ id: tenantId, domains: ['contoso.onmicrosoft.com'], name: 'Contoso' }],
    apps: [
      {
        name: 'demo',
        clientId: '7e57ab1e-0000-4000-8000-00000000000a',
        tenantId,
        secrets: [{ value: `emulator~${randomBytes(24).toString('base64url')}` }],
        redirectUris: ['http://localhost'],
      },
    ],
    users: [
      {
        objectId: '7e57ab1e-0000-4000-8000-0000000000da',
        username: 'demo@contoso.onmicrosoft.com',
        password: `emulator-${randomBytes(6).toString('hex')}`,
        displayName: 'Demo User',
      },
    ],
    subscriptions: [{ id: '7e57ab1e-0000-4000-8000-000000000005', name: 'Contoso' }],
  }
}

/**
 * A directory in a JSON file, with the manifests that it names. Rejects with an `Error` that names the file, and what
 * is wrong where in it.
 */
export function readDirectoryFile(path: string): Promise<DirectoryDeclaration> {
  return readJsonFile(path, async (value) => {
    const whole = await withManifests(value, dirname(resolve(path)))
    parseDirectory(whole)
    return whole as DirectoryDeclaration
  })
}

/**
 * The declaration with the manifests whose files it names; relative paths start in `folder`. Nothing else is read or
 * checked. Rejects as `readJsonFile` does.
 */
export async function withManifests<T>(declaration: T, folder: string): Promise<T> {
  const { apps } = (declaration ?? {}) as { apps?: unknown }
  if (!Array.isArray(apps) || !apps.some((app) => typeof app?.manifest === 'string')) return declaration
  const read = async (app: unknown): Promise<unknown> => {
    const { manifest } = (app ?? {}) as { manifest?: unknown }
    if (typeof manifest !== 'string') return app
    return { ...(app as object), manifest: await readJsonFile(resolve(folder, manifest), (content) => content) }
  }
  return { ...declaration, apps: await Promise.all(apps.map(read)) }
}
