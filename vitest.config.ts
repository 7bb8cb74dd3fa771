import { defineConfig } from 'vitest/config'

// One config for the whole workspace: `projects` do not inherit `conditions`, and would silently test `dist`.
export default defineConfig({
  resolve: { conditions: ['@entrada/source'] },
  ssr: { resolve: { conditions: ['@entrada/source'], externalConditions: ['@entrada/source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'interop/**/*.test.ts', 'examples/**/*.test.ts', 'bench/**/*.test.ts'],
    setupFiles: ['scripts/no-metadata-service.mjs'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
