import { randomInt } from 'node:crypto'
import { defineConfig } from 'vitest/config'
import { ClosingLine } from './testing/closing-line.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What fast-check makes its examples from. */
    propertySeed: number
  }
}

// One config for the whole workspace: `projects` do not inherit `conditions`, and would silently test `dist`.
export default defineConfig(({ mode }) => ({
  resolve: { conditions: ['@entrada/source'] },
  ssr: { resolve: { conditions: ['@entrada/source'], externalConditions: ['@entrada/source'] } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      ...(mode === 'random' ? [] : ['{bench,docs,examples,interop,testing}/**/*.test.ts']),
    ],
    globalSetup: 'testing/test-run.ts',
    setupFiles: ['testing/no-metadata-service.ts', 'testing/property-seeds.ts'],
    reporters: ['default', new ClosingLine()],
    slowTestThreshold: 3000,
    provide: { propertySeed: seedFor(mode) },
    pool: 'forks',
    // By default vitest leaves one core out, which is half of a small machine.
    maxWorkers: '100%',
    // A browser or a server that starves for a moment must not cost a whole CI run; the closing lines name the test.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
}))

/** The same examples in every run, so that no run is red by chance; `npm run test:random` looks for new ones, in the packages. */
function seedFor(mode: string): number {
  if (mode !== 'random') return 1
  const seed = Number(process.env.ENTRADA_TEST_SEED || randomInt(2 ** 31))
  console.log(`Properties run with the seed ${seed}. ENTRADA_TEST_SEED=${seed} npm run test:random repeats them.`)
  return seed
}
