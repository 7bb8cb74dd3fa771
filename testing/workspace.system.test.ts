import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'

// Each looks at the whole workspace.
vi.setConfig({ testTimeout: 300_000 })

const root = new URL('../', import.meta.url)

test.for<[string, string, ...string[]]>([
  ['lint and format (biome)', '@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  ['types of all that is not built (tsc)', 'typescript/bin/tsc', '-p', 'tsconfig.check.json'],
  ['nothing unused (knip)', 'knip/bin/knip.js'],
  ['package cli (publint)', 'publint/src/cli.js', '--strict', 'packages/cli'],
  ['package emulator (publint)', 'publint/src/cli.js', '--strict', 'packages/emulator'],
  ['package entrada (publint)', 'publint/src/cli.js', '--strict', 'packages/entrada'],
  ['package keyring (publint)', 'publint/src/cli.js', '--strict', 'packages/keyring'],
  ['package opentelemetry (publint)', 'publint/src/cli.js', '--strict', 'packages/opentelemetry'],
  ['package redis (publint)', 'publint/src/cli.js', '--strict', 'packages/redis'],
  ['package verify (publint)', 'publint/src/cli.js', '--strict', 'packages/verify'],
])('%s', async ([, program, ...args]) => {
  // Without npx, which looks the program up and costs half a second.
  const path = new URL(`node_modules/${program}`, root).pathname
  const { code, output } = await run([path, ...args])
  expect(code, output).toBe(0)
})

/** Runs a Node program, and gives all that it says on both streams. */
async function run(args: readonly string[]): Promise<{ code: unknown; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    return { code, output: `${stdout}${stderr}` }
  }
}
