import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundledSize } from '../../../testing/bundled-sizes.ts'
import { writeBundle } from '../build.mjs'
import { installLibrary } from './installed-library.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-sizes-'))
  await writeBundle(join(folder, 'library'))
  await writeFile(join(folder, 'library/package.json'), '{ "type": "module", "sideEffects": false }')
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

/** What was reached, so that it stays: docs/decisions/0030-what-a-bundle-holds.md has the aims. In bytes. */
const reached = {
  ClientSecretCredential: { target: 'node', esbuild: 56_000, Rollup: 52_000, webpack: 55_000, Vite: 52_500 },
  DefaultAzureCredential: { target: 'node', esbuild: 119_000, Rollup: 110_000, webpack: 128_000, Vite: 113_500 },
  InteractiveBrowserCredential: { target: 'browser', esbuild: 52_700, Rollup: 44_200, webpack: 50_700, Vite: 47_000 },
} as const

describe.each(['esbuild', 'Rollup', 'webpack', 'Vite'] as const)('every file that %s makes of a program', (bundler) => {
  test.each(Object.entries(reached))(
    'with %s alone stays as small as it is',
    { timeout: 120_000 },
    async (name, { target, [bundler]: budget }) => {
      const home = await installLibrary(folder, 'sizes')
      const { all } = await bundledSize(bundler, name, { from: 'entrada', folder: home, target })
      expect(all).toBeLessThanOrEqual(budget)
    },
  )
})
