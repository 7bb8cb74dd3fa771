import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { DirectoryDeclaration } from './declaration.ts'
import { createDirectory, type Directory } from './directory.ts'
import { parseDirectory } from './parse.ts'

/**
 * A directory from a declaration, from the path of a JSON file that holds one, or the default one. Throws an `Error`
 * that names the file when it cannot be read or parsed.
 */
export async function loadDirectory(source: DirectoryDeclaration | string | undefined): Promise<Directory> {
  if (typeof source !== 'string') return createDirectory(parseDirectory(source ?? defaultDirectory()))
  return createDirectory(parseDirectory(parseJson(await readText(source), source)))
}

/** One tenant with one app, `demo`. Its ids are always the same, its secret never. */
function defaultDirectory(): DirectoryDeclaration {
  const tenantId = '7e57ab1e-0000-4000-8000-000000000001'
  return {
    tenants: [{ id: tenantId, domains: ['contoso.onmicrosoft.com'], name: 'Contoso' }],
    apps: [
      {
        name: 'demo',
        clientId: '7e57ab1e-0000-4000-8000-00000000000a',
        tenantId,
        secrets: [{ value: `emulator~${randomBytes(24).toString('base64url')}` }],
      },
    ],
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new Error(`Emulator directory: the file "${path}" cannot be read (${code}). Check its path.`, { cause })
  }
}

// The parser's own message quotes the text around the fault, which may be a secret, so it is left out.
function parseJson(content: string, path: string): unknown {
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ''))
  } catch {
    throw new Error(`Emulator directory: the file "${path}" is not JSON. Write the directory as one JSON object.`)
  }
}
