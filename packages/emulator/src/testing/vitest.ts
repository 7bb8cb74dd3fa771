import { inject, type TestAPI, test as vitest } from 'vitest'
import { type Emulator, startEmulator } from '../api/emulator.ts'
import type { EmulatorOptions } from '../api/options.ts'
import type {} from './vitest-setup.ts'

/** The fixtures that a test function receives. */
export interface EmulatorFixtures {
  /** The emulator in its initial state: it was reset before the test. */
  emulator: Emulator
  /** The emulator that the tests of this worker share, without a reset. */
  sharedEmulator: Emulator
}

/**
 * Vitest's `test` (3.2 or newer) with an emulator, for tests that run one after another: one in each worker that uses it,
 * reset before each test. `@entrada/emulator/vitest/setup` makes the workers trust it.
 *
 * ```ts
 * const test = emulatorTest({ directory: 'test/directory.json' })
 * test('signs in', async ({ emulator }) => { … })
 * ```
 */
export function emulatorTest(options: EmulatorOptions = {}): TestAPI<EmulatorFixtures> {
  return vitest.extend<EmulatorFixtures>({
    sharedEmulator: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what a fixture needs.
      async ({}, use) => {
        const ca = inject('entradaAuthority')
        const emulator = await startEmulator({ ...(ca === undefined ? {} : { ca }), ...options })
        // Not `await using`, which Node 20 does not parse.
        try {
          await use(emulator)
        } finally {
          await emulator.close()
        }
      },
      { scope: 'worker' },
    ],
    emulator: async ({ sharedEmulator }, use) => {
      sharedEmulator.reset()
      await use(sharedEmulator)
    },
  })
}

/** `emulatorTest` with the default directory. */
export const test: TestAPI<EmulatorFixtures> = emulatorTest()
