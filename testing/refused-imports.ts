import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const root = new URL('../', import.meta.url)
const biome = new URL('node_modules/@biomejs/biome/bin/biome', root).pathname

/**
 * What the linter, as this workspace configures it, says of imports in the source of a package: its words by the path
 * below `src/`. `files` are the probes, by such paths too. One run for all of them.
 */
export async function refusedImports(
  packageName: string,
  files: Readonly<Record<string, string>>,
): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), `${packageName}-arrows-`))
  try {
    const config = JSON.parse(await readFile(new URL('biome.json', root), 'utf8'))
    await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }))
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, 'packages', packageName, 'src', name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    }
    return await refusalsIn(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function refusalsIn(folder: string): Promise<Map<string, string>> {
  const run = promisify(execFile)(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: folder,
    maxBuffer: 1 << 26,
  })
  // It ends with an error where it found something, which it did.
  const { stdout } = await run.catch((error: { stdout: string }) => error)
  const refusals = new Map<string, string>()
  for (const { category, location, message } of JSON.parse(stdout.slice(stdout.indexOf('{'))).diagnostics) {
    if (/noRestrictedImports|noNodejsModules|noImportCycles/.test(category)) {
      const path = String(location?.path?.file ?? location?.path).replace(/^.*src\//, '')
      refusals.set(path, typeof message === 'string' ? message : JSON.stringify(message))
    }
  }
  return refusals
}
