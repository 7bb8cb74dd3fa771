import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { DirectoryDeclaration } from './declaration.ts'

/** One tenant with one app, `demo`, one user and a subscription. Their ids are always the same, their secrets never. */
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

/** The content of a JSON file, not yet checked. Rejects with an `Error` that names the file and the mend. */
export async function readDirectoryFile(path: string): Promise<unknown> {
  const content = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code ?? cause.message
    throw new Error(`Emulator directory: the file "${path}" cannot be read (${reason}). Check its path.`, { cause })
  })
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ''))
  } catch {
    // Without the parser's message as cause: it quotes the text around the fault, which may be a secret.
    throw new Error(`Emulator directory: the file "${path}" is not JSON. Write the directory as one JSON object.`)
  }
}
