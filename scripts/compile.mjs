import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Compiles a TypeScript program into a folder, since Node 20 runs JavaScript alone. Packages stay imports, so that it
 * runs against what is installed, as a user's program does: the folder must be inside the workspace.
 * @param {string} program from the workspace's root
 * @param {string} folder
 * @returns {Promise<string>} the path of the compiled program
 */
export async function compile(program, folder) {
  const outfile = join(folder, basename(program).replace(/\.ts$/, '.mjs'))
  await build({
    entryPoints: [fileURLToPath(new URL(`../${program}`, import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'silent',
  })
  return outfile
}
