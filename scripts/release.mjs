import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm run release` packs every package as npm would publish it, checks it (publint, types by attw, size, licences of what it
 * brings), writes a bill of materials for each, and says what would be published. It publishes nothing: that is `npm publish` of
 * the tarballs that it leaves in `.tmp/release`, by whoever may.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.tmp/release')

/** What may come with a package. Others are a decision. */
const permitted = new Set(['MIT', 'ISC', '0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0'])
/** The largest tarballs that are not a mistake, in bytes. */
const mostBytes = 1_500_000

/** Vitest itself is ES modules alone, so its fixtures are too. */
const attwExcludes = new Map([['@entrada/emulator', ['--exclude-entrypoints', 'vitest', 'vitest/setup']]])

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const attw = attwProgram()
const changes = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
/** @type {string[]} */
const faults = []

for (const name of readdirSync(join(root, 'packages'))) {
  const path = join(root, 'packages', name)
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  if (manifest.private === true) continue
  const [packed] = JSON.parse(npm(['pack', path, '--pack-destination', folder, '--json', '--loglevel', 'error']))
  const tarball = join(folder, packed.filename)
  check(manifest.name, () => node('publint/src/cli.js', ['--strict', tarball]))
  if (attw !== undefined)
    check(manifest.name, () => run(process.execPath, [attw, tarball, ...(attwExcludes.get(manifest.name) ?? [])]))
  for (const needed of ['README.md', 'LICENSE', 'package.json']) {
    if (!packed.files.some((/** @type {{ path: string }} */ file) => file.path === needed))
      faults.push(`${manifest.name} has no ${needed}.`)
  }
  if (packed.size > mostBytes) faults.push(`${manifest.name} has ${packed.size} bytes; ${mostBytes} is the most.`)
  const brought = licencesOf(path)
  for (const [dependency, licence] of brought) {
    if (!permitted.has(licence)) faults.push(`${manifest.name} brings ${dependency}, whose licence is ${licence}.`)
  }
  const bill = `${JSON.stringify(billOf(manifest, brought), null, 2)}
`
  writeFileSync(join(folder, `${packed.filename.replace(/\.tgz$/, '')}.cdx.json`), bill)
  const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(0)} kB`
  console.log(
    `${manifest.name}@${manifest.version}  ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked, ${packed.entryCount} files`,
  )
  for (const [dependency, licence] of brought) console.log(`    brings ${dependency} (${licence})`)
}

if (attw === undefined) console.log('Types were not checked by attw: npm ci --prefix interop/projects brings it.')
if (!/^## Unreleased\n+- /m.test(changes)) faults.push('CHANGELOG.md has nothing under "Unreleased".')
for (const fault of faults) console.error(`! ${fault}`)
console.log(
  faults.length === 0
    ? `This is what would be published. Tarballs and bills of materials are in ${folder}.`
    : 'Nothing of it may be published.',
)
process.exitCode = faults.length === 0 ? 0 : 1

/**
 * @param {string} name
 * @param {() => void} work
 */
function check(name, work) {
  try {
    work()
  } catch (error) {
    const { stdout = '', stderr = '' } = /** @type {{ stdout?: string, stderr?: string }} */ (error)
    faults.push(`${name}: ${stdout}${stderr}`.trim())
  }
}

/**
 * The licences of all that is installed with a package, by name and version.
 * @param {string} path
 * @returns {Map<string, string>}
 */
function licencesOf(path) {
  /** @type {Map<string, string>} */
  const found = new Map()
  const visit = (/** @type {string} */ from) => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
    for (const name of Object.keys(dependencies)) {
      const at = folderOf(name, from)
      const { version, license } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'))
      if (found.has(`${name}@${version}`)) continue
      found.set(`${name}@${version}`, String(license))
      visit(at)
    }
  }
  visit(path)
  return found
}

/**
 * A bill of materials, in CycloneDX's form (ECMA-424).
 * @param {{ name: string, version: string, license: string }} manifest
 * @param {ReadonlyMap<string, string>} brought
 */
function billOf({ name, version, license }, brought) {
  const component = (/** @type {string} */ id, /** @type {string} */ licence) => {
    const at = id.lastIndexOf('@')
    const purl = `pkg:npm/${id.slice(0, at).replace('@', '%40')}@${id.slice(at + 1)}`
    const licenses = [{ license: { id: licence } }]
    return { type: 'library', 'bom-ref': purl, name: id.slice(0, at), version: id.slice(at + 1), licenses, purl }
  }
  const components = [...brought].map(([id, licence]) => component(id, licence))
  const metadata = { component: component(`${name}@${version}`, license) }
  return { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata, components }
}

/**
 * Where a dependency is installed.
 * @param {string} name
 * @param {string} from
 */
function folderOf(name, from) {
  const candidates = createRequire(join(from, 'index.js')).resolve.paths(name) ?? []
  const found = candidates.map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')))
  if (found === undefined) throw new Error(`${name}, which ${from} needs, is not installed.`)
  return found
}

function attwProgram() {
  const path = join(root, 'interop/projects/node_modules/@arethetypeswrong/cli/dist/index.js')
  return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : path
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function node(program, args) {
  return run(process.execPath, [join(root, 'node_modules', program), ...args])
}

/** @param {readonly string[]} args */
function npm(args) {
  return run('npm', args)
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  return execFileSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  })
}
