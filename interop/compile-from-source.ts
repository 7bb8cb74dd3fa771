import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Packages that a program of the library's source loads only where it needs them. */
const leftOut = ['ioredis', 'open', 'tinyexec']

/** Compiles a program together with the source of this workspace's packages into one file, for processes of their own. */
export async function compileFromSource(program: URL, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(program)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@entrada/source'],
    external: leftOut,
    logLevel: 'error',
  })
}
