import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const ours = join(root, 'packages/entrada')
/** Where programs find our declarations. Nothing is written there. */
const published = join(root, 'interop/names/published')

/** Every rule that makes the compiler refuse more. */
const strictest: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  module: ts.ModuleKind.NodeNext,
  paths: { entrada: [join(published, 'index.d.ts')] },
}

/** Compiles programs that exist in memory alone, by name, as if they were in this workspace and `entrada` were installed. */
export function compile(programs: Readonly<Record<string, string>>, rules: ts.CompilerOptions = {}): ts.Program {
  const options = { ...strictest, ...rules }
  const texts = new Map(Object.entries(programs).map(([name, text]) => [programPath(name), text]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  const declare = declarer()
  const find = (path: string): string | undefined => texts.get(path) ?? declare(path)
  host.fileExists = (path) => find(resolve(path)) !== undefined || fileExists(path)
  host.readFile = (path) => find(resolve(path)) ?? readFile(path)
  // Otherwise it looks for the folder first.
  delete host.directoryExists
  return ts.createProgram([...texts.keys()], options, host)
}

/** The path of a program in memory. */
export function programPath(name: string): string {
  return join(root, 'interop', name)
}

/** Gives each of our declarations as it is published, made anew from its source. */
function declarer(): (path: string) => string | undefined {
  const { config } = ts.readConfigFile(join(ours, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ours)
  const compilerOptions = { ...options, composite: false }
  const made = new Map<string, string>()
  return (path) => {
    if (!path.startsWith(published) || !path.endsWith('.d.ts')) return undefined
    const fileName = join(ours, 'src', relative(published, path).replace(/\.d\.ts$/, '.ts'))
    if (!made.has(path)) {
      const source = ts.sys.readFile(fileName)
      if (source === undefined) return undefined
      made.set(path, ts.transpileDeclaration(source, { fileName, compilerOptions }).outputText)
    }
    return made.get(path)
  }
}
