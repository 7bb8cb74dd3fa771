import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/**
 * `node scripts/single-executable.mjs [FOLDER]`: builds the command line as one file for the platform that it runs on: the Node that
 * runs this script, with the program in it (https://nodejs.org/api/single-executable-applications.html). What needs other
 * packages beside it, the keyring and the emulator, is not in it, and says so.
 */
const folder = resolve(process.argv[2] ?? 'dist-executable')
const executable = join(folder, process.platform === 'win32' ? 'entrada.exe' : 'entrada')
const script = join(folder, 'entrada.cjs')
const blob = join(folder, 'entrada.blob')
mkdirSync(folder, { recursive: true })

const bundle = await rolldown({
  input: fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url)),
  platform: 'node',
  resolve: { conditionNames: ['@entrada/source', 'node', 'import'] },
  external: [/^node:/, '@entrada/keyring'],
  logLevel: 'silent',
})
await bundle.write({ file: script, format: 'cjs', codeSplitting: false, comments: false })
await bundle.close()

const config = join(folder, 'config.json')
const useCodeCache = true
writeFileSync(config, JSON.stringify({ main: script, output: blob, disableExperimentalSEAWarning: true, useCodeCache }))
execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'ignore' })
copyFileSync(process.execPath, executable)
chmodSync(executable, 0o755)
const postject = fileURLToPath(import.meta.resolve('postject/dist/cli.js'))
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
const macOs = process.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : []
if (macOs.length > 0) execFileSync('codesign', ['--remove-signature', executable])
execFileSync(process.execPath, [postject, executable, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse, ...macOs], {
  stdio: 'ignore',
})
if (macOs.length > 0) execFileSync('codesign', ['--sign', '-', executable])
for (const path of [script, blob, config]) rmSync(path)
console.log(executable)
