import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Makes folders that go with the test file. */
export function temporaryFolders(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'entrada-store-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  let count = 0
  return () => join(root, String(++count))
}
