/**
 * Writes `dist`: the types by `tsc`, the JavaScript by rolldown as one readable `core.js` (a hundred small modules
 * would take many times as long to import), with `index.js` and `store.js` that re-export from it and a chunk for each
 * part that is loaded on demand.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const folder = dirname(fileURLToPath(import.meta.url))

const firstRequest =
  /src\/(?:http\/(?:client|default-transport|exchange|failure|read-body|retry|retry-after)|oauth\/(?:grants|invalid-grant|token-endpoint|token-response))\.ts$/

/** Writes the JavaScript into a folder. */
export async function writeBundle(dir) {
  const bundle = await rolldown({
    input: { index: join(folder, 'src/index.ts'), store: join(folder, 'src/store.ts') },
    external: [/^node:/, 'https-proxy-agent', 'jose', 'node-forge', 'open', 'tinyexec'],
    platform: 'neutral',
    tsconfig: join(folder, 'tsconfig.json'),
  })
  await bundle.write({
    dir,
    format: 'esm',
    sourcemap: true,
    minify: false,
    // The declarations carry the documentation; a program that starts need not read it.
    comments: { jsdoc: false },
    chunkFileNames: '[name].js',
    minifyInternalExports: false,
    codeSplitting: {
      groups: [
        // A bundler keeps in `core.js` whatever a chunk that is loaded on demand imports from it, in a program that never
        // loads the chunk too. So what the second entry adds stays out, and what such a chunk needs of the credentials
        // is handed to it.
        {
          name: 'core',
          tags: ['$initial'],
          test: /src\/(?!store|msal|runtime\/(?:file-system|shared-files)|cache\/token-store)/,
          priority: 2,
        },
        // What every first token needs, in one file: each further file would cost a start about half a millisecond.
        { name: 'request', test: firstRequest, priority: 1 },
      ],
    },
  })
  await bundle.close()
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
  execFileSync(process.execPath, [tsc, '-b', folder], { stdio: 'inherit' })
  await writeBundle(dist)
}
