import { afterAll, expect } from 'vitest'
import { startTrustedEmulator } from '../interop/trusted-emulator.ts'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { type RunningExample, startExample } from './running-example.ts'

export const tenantId = '11111111-1111-4111-8111-111111111111'

/** A tenant with an application, `shop`, and a command line's, `cli`; recipes run there as the former. */
export async function startTenant() {
  const folder = await temporaryFolderOf('examples')
  afterAll(folder.remove)
  const emulator = await startTrustedEmulator({
    deviceCode: { intervalSeconds: 1 },
    directory: {
      tenants: [{ id: tenantId }],
      apps: [
        { name: 'shop', clientId: '22222222-2222-4222-8222-222222222222', tenantId, secrets: [{ value: 'a secret' }] },
        { name: 'cli', clientId: '33333333-3333-4333-8333-333333333333', tenantId, publicClient: true },
      ],
    },
  })
  afterAll(() => emulator.close())
  const env = cleanEnvironment(emulator.env('shop'))
  const start = (example: string, more: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<RunningExample> =>
    startExample(example, folder.path, { ...env, ...more }, args)
  return {
    folder: folder.path,
    emulator,
    start,
    /** What a recipe prints that runs to its end, and has nothing to complain of. */
    async outputOf(example: string, more: NodeJS.ProcessEnv): Promise<string> {
      const { code, output, errors } = await (await start(example, more)).finished()
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      return output
    },
  }
}
