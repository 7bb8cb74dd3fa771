import { copyFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { component } from './components.ts'
import { type PackedProject, packedProject, projectTools, toolPath } from './packed-project.ts'

const program = fileURLToPath(new URL('projects/program.ts', import.meta.url))
const isHere = component(projectTools)

let project: PackedProject

beforeAll(async () => {
  if (isHere) project = await packedProject()
}, 300_000)

afterAll(() => project?.remove())

interface Setting {
  /** `module` and `moduleResolution` of a project. */
  module: string
  moduleResolution: string
  /** The endings of the files that it has. */
  files: readonly string[]
  /** Node can run what it compiles to, without a bundler. */
  runs: boolean
}

const commonjs: Setting = { module: 'commonjs', moduleResolution: 'node10', files: ['.ts'], runs: true }
const node16: Setting = { module: 'node16', moduleResolution: 'node16', files: ['.cts', '.mts', '.ts'], runs: true }
const nodenext: Setting = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  files: ['.cts', '.mts', '.ts'],
  runs: true,
}
const bundler: Setting = { module: 'esnext', moduleResolution: 'bundler', files: ['.ts', '.mts'], runs: false }
// TypeScript itself takes no `import` in a file that ends in .cts there.
const preserve: Setting = {
  module: 'preserve',
  moduleResolution: 'bundler',
  files: ['.ts', '.mts'],
  runs: false,
}
const commonjsBundler: Setting = { module: 'commonjs', moduleResolution: 'bundler', files: ['.ts'], runs: true }

describe.each([
  { version: '5.0', tool: 'typescript-5.0', settings: [commonjs, node16, nodenext, bundler] },
  { version: '5.4', tool: 'typescript-5.4', settings: [commonjs, node16, nodenext, bundler, preserve] },
  { version: '5.9', tool: 'typescript', settings: [commonjs, node16, nodenext, bundler, preserve] },
  // It has no node10.
  { version: '7.0', tool: 'typescript-7', settings: [commonjsBundler, node16, nodenext, bundler, preserve] },
])('TypeScript $version', ({ version, tool, settings }) => {
  test.each(settings)(
    '$module with $moduleResolution takes every package, in the strictest of projects',
    async (setting) => {
      const { module, moduleResolution, files, runs } = setting
      const folder = `${version}-${module}-${moduleResolution}`
      const names = files.map((ending) => `program${ending === '.ts' ? '' : `-${ending.slice(1)}`}${ending}`)
      await project.write({
        [`${folder}/package.json`]: { private: true },
        [`${folder}/tsconfig.json`]: {
          compilerOptions: {
            module,
            moduleResolution,
            target: 'es2022',
            lib: ['es2022', 'dom'],
            types: [],
            strict: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            noImplicitOverride: true,
            isolatedModules: true,
            skipLibCheck: false,
            outDir: 'out',
            rootDir: '.',
          },
          files: names,
        },
      })
      for (const name of names) await copyFile(program, join(project.folder, folder, name))
      const { version: running, bin } = JSON.parse(await readFile(toolPath(`${tool}/package.json`), 'utf8'))
      expect(running).toMatch(new RegExp(`^${version}\\.`))
      expect(await project.run([toolPath(`${tool}/${bin.tsc}`), '-p', folder])).toEqual({ code: 0, output: '' })
      if (!runs) return
      const compiled = (await readdir(join(project.folder, folder, 'out'))).map((name) => `${folder}/out/${name}`)
      expect(compiled).toHaveLength(names.length)
      for (const file of compiled) {
        expect(await project.run([file]), file).toEqual({ code: 0, output: 'token of 3 parts, then 401' })
      }
    },
    120_000,
  )
})

test.each(['entrada', 'emulator', 'keyring', 'redis', 'verify'])(
  'are the types wrong? Not those of the packed %s',
  async (name) => {
    const tarball = project.tarballs.find((path) =>
      path.includes(name === 'entrada' ? '/entrada-0' : `/entrada-${name}-`),
    )
    // Vitest itself is ES modules alone, so its fixtures are too.
    const excluded = name === 'emulator' ? ['--exclude-entrypoints', 'vitest', 'vitest/setup'] : []
    const cli = toolPath('@arethetypeswrong/cli/dist/index.js')
    const { code, output } = await project.run([cli, tarball ?? '', ...excluded])
    expect(output).toContain('No problems found')
    expect(code).toBe(0)
  },
  60_000,
)
