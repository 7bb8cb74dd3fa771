import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import * as emulator from '@entrada/emulator'
import * as verify from '@entrada/verify'
import * as entrada from 'entrada'
import ts from 'typescript'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { compile } from '../scripts/compile.mjs'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { type PageSnippet, root, snippetsIn } from './snippets.ts'

vi.setConfig({ testTimeout: 180_000 })

/** What snippets go on with of other people's packages. */
const others = {
  '@azure/storage-blob': { BlobServiceClient: true },
  '@entrada/verify/hono': { accessToken: true },
  '@microsoft/microsoft-graph-client': { Client: true },
}

const snippets = (await Promise.all((await pages()).map(snippetsIn))).flat()
const programs = snippets.filter(({ language, mark }) => language === 'ts' && mark !== 'part')

test('every snippet of the pages compiles under strict', () => {
  expect(programs.length).toBeGreaterThan(60)
  expect(faultsOf(programs)).toEqual([])
})

test('what is no program by itself is marked as a part, and is the exception', () => {
  const parts = snippets.filter(({ language, mark }) => language === 'ts' && mark === 'part')
  expect(parts.length).toBeLessThan(programs.length / 3)
})

const folder = await temporaryFolderOf('examples')
afterAll(folder.remove)

describe('the programs of which a page shows the output', () => {
  const shown = snippets.filter(({ mark }) => mark === 'run')
  test.each(shown.map((snippet) => [`${snippet.page}:${snippet.line}`, snippet] as const))(
    '%s',
    async (name, snippet) => {
      const source = join(folder.path, `${name.replace(/\W+/g, '-')}.ts`)
      await writeFile(source, snippet.code)
      const program = await compile(relative(root, source), folder.path)
      const { stdout } = await promisify(execFile)(process.execPath, [program], { env: cleanEnvironment() })
      expect(stdout).toBe(snippet.output)
    },
  )
})

/** The pages whose snippets are held to the truth here. Those of `docs/from-python.md` are run by a test of their own. */
async function pages(): Promise<string[]> {
  const of = async (folder: string): Promise<string[]> =>
    (await readdir(join(root, folder))).filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`)
  const packages = (await readdir(join(root, 'packages'))).map((name) => `packages/${name}/README.md`)
  const found = [...(await of('docs')), ...(await of('docs/credentials')), ...packages, 'README.md']
  return found.filter((page) => page !== 'docs/from-python.md')
}

function faultsOf(given: readonly PageSnippet[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.check.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  // What readers have: strict, and not every rule of ours.
  const strict: ts.CompilerOptions = {
    ...options,
    ...{ noUnusedLocals: false, noUnusedParameters: false, noUncheckedIndexedAccess: false, skipLibCheck: true },
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
  }
  const texts = new Map(given.map((snippet, index) => [join(root, `examples/snippet-${index}.mts`), moduleOf(snippet)]))
  const host = ts.createCompilerHost(strict)
  const { fileExists, readFile } = host
  host.fileExists = (path) => texts.has(path) || fileExists(path)
  host.readFile = (path) => texts.get(path) ?? readFile(path)
  const program = ts.createProgram([...texts.keys(), join(root, 'docs/snippet-globals.d.ts')], strict, host)
  return [...texts.keys()].flatMap((path, index) => {
    const file = program.getSourceFile(path)
    const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    const { page = '', line = 0 } = given[index] ?? {}
    return faults.map(({ start = 0, messageText }) => {
      const at = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + line + 1
      return `${page}:${at} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
  })
}

/** As a module of its own. One without imports goes on from the one above it: what it names of our packages is imported. */
function moduleOf({ code }: PageSnippet): string {
  const isComplete = /^import /m.test(code)
  const imports = Object.entries({
    entrada,
    '@entrada/emulator': emulator,
    '@entrada/verify': verify,
    ...others,
  }).flatMap(([from, names]) => {
    const used = Object.keys(names).filter((name) => new RegExp(`(?<![.\\w])${name}\\b`).test(code))
    return isComplete || used.length === 0 ? [] : [`import { ${used.join(', ')} } from '${from}';`]
  })
  // On one line, so that faults keep theirs.
  return `${imports.join(' ')}${code}\nexport {}\n`
}
