import { after, beforeEach } from 'node:test'
import { type Emulator, startEmulator } from '../api/emulator.ts'
import type { EmulatorOptions } from '../api/options.ts'

/**
 * For `node:test`: starts an emulator for the tests in the file that calls it at its top level; each file runs in its
 * own process. It is reset before each test, and closed after the last.
 *
 * ```ts
 * const emulator = await useEmulator()
 * test('signs in', async () => { … })
 * ```
 */
export async function useEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options)
  // The runner waits for whatever keeps the process alive before it calls `after`.
  emulator.unref()
  beforeEach(() => emulator.reset())
  after(() => emulator.close())
  return emulator
}
