import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { argv, cwd } from 'node:process'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/**
 * Builds a package into `dist`, as docs/decisions/0020-one-instance-for-import-and-require.md has it:
 *
 * - `dist/*.js`: ES modules, for bundlers and for runtimes other than Node;
 * - `dist/node/*.cjs`: CommonJS, what Node runs, with `dist/node/<entry>.mjs`, through which ES modules get the same instance;
 * - `dist/node/<entry>.d.cts`: the declarations of an entry in one file, and `dist/<entry>.d.ts`, which exports the same.
 *
 * @typedef {object} Package
 * @property {string} folder
 * @property {readonly Group[]} [moduleGroups] which modules share a chunk, besides those that rolldown finds
 * @property {readonly Group[]} [nodeGroups] the same for Node; each of these chunks is loaded when it is first used
 * @property {readonly string[]} [esmOnly] packages that Node cannot `require` everywhere
 *
 * @typedef {import('rolldown').CodeSplittingGroup} Group
 */

/**
 * Writes everything; without declarations where the command says `--without-types`, for those who only run it.
 * @param {Package} aPackage
 */
export async function buildPackage(aPackage) {
  const dist = join(aPackage.folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  const names = await writeModules(aPackage, dist)
  await writeNodeModules(aPackage, dist, names)
  if (!argv.includes('--without-types')) await writeDeclarations(aPackage, dist)
}

/**
 * Builds a package that is nothing but programs: CommonJS in `dist/*.cjs`, which Node starts sooner than ES modules, and a
 * chunk for whatever is imported on demand.
 * @param {Package} aPackage
 */
export async function writeProgram(aPackage) {
  const dir = join(aPackage.folder, 'dist')
  rmSync(dir, { recursive: true, force: true })
  const { programs } = entriesOf(aPackage)
  const bundle = await rolldown({ ...inputOptions(aPackage), input: programs, plugins: [requireWhenUsed(aPackage)] })
  await bundle.write({
    dir,
    format: 'cjs',
    ...outputOptions,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
  })
  await bundle.close()
}

/**
 * Writes the ES modules into a folder, and tells what each entry exports.
 * @param {Package} aPackage
 * @param {string} dir
 * @returns {Promise<ReadonlyMap<string, readonly string[]>>}
 */
export async function writeModules(aPackage, dir) {
  const { entries, programs } = entriesOf(aPackage)
  const { moduleGroups: groups } = aPackage
  const bundle = await rolldown({
    ...inputOptions(aPackage),
    input: { ...entries, ...programs },
    ...(groups && { preserveEntrySignatures: /** @type {const} */ ('allow-extension') }),
  })
  const { output } = await bundle.write({
    dir,
    format: 'esm',
    ...outputOptions,
    // Most bundlers shorten what they know more of; names and lines stay, for those who read what they run.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
    chunkFileNames: '[name].js',
    // What is loaded on demand is found by a property's name, which no minifier shortens.
    minifyInternalExports: true,
    ...(groups && { codeSplitting: { includeDependenciesRecursively: false, groups: [...groups] } }),
  })
  await bundle.close()
  return new Map(
    output.flatMap((chunk) =>
      chunk.type === 'chunk' && chunk.isEntry && chunk.name in entries ? [[chunk.name, chunk.exports]] : [],
    ),
  )
}

/**
 * Writes what Node runs.
 * @param {Package} aPackage
 * @param {string} dist
 * @param {ReadonlyMap<string, readonly string[]>} names what each entry exports
 */
async function writeNodeModules(aPackage, dist, names) {
  const dir = join(dist, 'node')
  const { entries, requirable } = entriesOf(aPackage)
  const bundle = await rolldown({
    ...inputOptions(aPackage),
    // The entries' own chunks also export what other chunks need of them, so the entries are files of their own.
    input: Object.fromEntries(requirable.map((name) => [`${name}-core`, entries[name] ?? ''])),
    preserveEntrySignatures: 'allow-extension',
    plugins: [requireWhenUsed(aPackage)],
  })
  await bundle.write({
    dir,
    format: 'cjs',
    ...outputOptions,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    ...(aPackage.nodeGroups && {
      codeSplitting: { includeDependenciesRecursively: false, groups: [...aPackage.nodeGroups] },
    }),
  })
  await bundle.close()
  for (const [entry, exported] of names) {
    if (!requirable.includes(entry)) continue
    const lines = exported.map((name) => `exports.${name} = core.${name}`)
    writeFileSync(
      join(dir, `${entry}.cjs`),
      [`Object.defineProperty(exports, '__esModule', { value: true })`, `const core = require('./${entry}-core.cjs')`]
        .concat(lines, '')
        .join('\n'),
    )
    // Not `import … from`: Node would parse the CommonJS once more to find what it exports.
    writeFileSync(
      join(dir, `${entry}.mjs`),
      `import { createRequire } from 'node:module'\n\nexport const { ${exported.join(', ')} } = createRequire(import.meta.url)('./${entry}-core.cjs')\n`,
    )
  }
}

/**
 * Writes the declarations of each entry into one file.
 * @param {Package} aPackage
 * @param {string} dist
 */
export async function writeDeclarations(aPackage, dist) {
  const { rollup } = await import('rollup')
  const { dts } = await import('rollup-plugin-dts')
  const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
  execFileSync(process.execPath, [tsc, '-b', aPackage.folder], { stdio: 'inherit' })
  mkdirSync(join(dist, 'node'), { recursive: true })
  const { entries, requirable } = entriesOf(aPackage)
  for (const [entry, source] of Object.entries(entries)) {
    const bundle = await rollup({
      input: join(aPackage.folder, '.types', relative(join(aPackage.folder, 'src'), source).replace(/\.ts$/, '.d.ts')),
      external: (id) => !/^[./]/.test(id),
      plugins: [dts()],
    })
    const isRequirable = requirable.includes(entry)
    await bundle.write({ file: join(dist, isRequirable ? `node/${entry}.d.cts` : `${entry}.d.ts`), format: 'es' })
    await bundle.close()
    if (isRequirable) writeFileSync(join(dist, `${entry}.d.ts`), `export * from './node/${entry}.cjs'\n`)
  }
}

/** @type {import('rolldown').OutputOptions} */
const outputOptions = {
  // The code is as readable as its source, whose types are in the declarations.
  sourcemap: false,
  minify: false,
  // The declarations carry the documentation; a program that starts need not read it.
  comments: { jsdoc: false },
  esModule: true,
  minifyInternalExports: false,
}

/** @param {Package} aPackage */
function inputOptions({ folder }) {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifestOf(folder)
  const packages = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  return {
    external: [/^node:/, ...packages.map((name) => new RegExp(`^${name}(?:/|$)`))],
    platform: /** @type {const} */ ('neutral'),
    tsconfig: join(folder, 'tsconfig.json'),
    // What one of the two forms has in its start, the other may load on demand.
    checks: { ineffectiveDynamicImport: false },
  }
}

/**
 * The source files of what a package exports and of its programs, by name, and the names of those that can be required: what
 * is for a tool that knows ES modules alone cannot.
 * @param {Package} aPackage
 */
function entriesOf({ folder }) {
  const { exports, bin = {} } = manifestOf(folder)
  /** @type {Record<string, string>} */
  const entries = {}
  /** @type {string[]} */
  const requirable = []
  for (const [path, conditions] of Object.entries(exports)) {
    const source = conditions['@entrada/source']
    if (source === undefined) continue
    const name = path === '.' ? 'index' : path.slice(2).replaceAll('/', '-')
    entries[name] = join(folder, source)
    if ('require' in conditions) requirable.push(name)
  }
  /** @type {Record<string, string>} */
  const programs = {}
  for (const path of Object.values(bin)) {
    const [, name = ''] = /^\.\/dist\/(.+)\.c?js$/.exec(path) ?? []
    programs[name] = join(folder, 'src', `${name}.ts`)
  }
  return { entries, programs, requirable }
}

/**
 * @param {string} folder
 * @returns {{ exports: Record<string, Record<string, string>>, bin?: Record<string, string> } & Partial<Record<'dependencies' | 'optionalDependencies' | 'peerDependencies', Record<string, string>>>}
 */
function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/**
 * Lets a chunk be loaded when something of it is first used, and not with the chunk that may need it: most of an import's
 * time is V8's, for code that few programs use. Packages that are CommonJS are required on demand rather than imported,
 * because `import()` in CommonJS fails in Jest.
 * @param {Package} aPackage
 * @returns {import('rolldown').Plugin}
 */
function requireWhenUsed({ esmOnly = [] }) {
  return {
    name: 'require-when-used',
    renderChunk(code) {
      return (
        code
          .replace(
            /^const (require_\w+) = require\(("\.\/[^"]+")\);$/gm,
            (_line, name, path) => `let ${name}_;\nconst ${name} = () => (${name}_ ??= require(${path}));`,
          )
          // In brackets, so that `new require_chunk.Name()` stays a call of `Name`.
          .replace(/\b(require_\w+)\.(?=\w)/g, '($1()).')
          .replace(/\bimport\("([^"]+)"\)/g, (whole, name) =>
            esmOnly.includes(name) ? whole : `Promise.resolve().then(() => require("${name}"))`,
          )
      )
    },
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) await buildPackage({ folder: cwd() })
