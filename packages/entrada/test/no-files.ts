import type { Files } from '../src/runtime/files/files.ts'

/** A file system in which nothing is, for a test to put files into. */
export const noFiles: Files = { stamp: absent, read: absent, readGuarded: absent }

async function absent(path: string): Promise<never> {
  throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
}
