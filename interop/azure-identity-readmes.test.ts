import { readdir, readFile } from 'node:fs/promises'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { compile, programPath } from './names/declarations.ts'

const packages = new URL('.', new URL('..', import.meta.resolve('@azure/identity/package.json')))

/** The programs in the READMEs of the installed packages of the Azure SDK, as far as they use `@azure/identity`. */
async function readmePrograms(): Promise<string[]> {
  const names = await readdir(packages)
  const pages = await Promise.all(names.map((name) => readFile(new URL(`${name}/README.md`, packages), 'utf8')))
  return pages
    .flatMap((page) => [...page.matchAll(/^```(?:ts|js|typescript|javascript)\b.*\n([\s\S]*?)^```/gm)])
    .map(([, text = '']) => text)
    .filter((text) => /from ["']@azure\/identity["']/.test(text))
}

test('the programs of the Azure SDK’s READMEs compile when nothing but the import is changed', async () => {
  const found = await readmePrograms()
  const changed = found.map((text) => text.replaceAll(/(from ["'])@azure\/identity(["'])/g, '$1entrada$2'))
  const nameOf = (of: string, index: number): string => `readme-${index}.${of}.mts`
  const program = compile(
    Object.fromEntries([
      ...found.map((text, index) => [nameOf('theirs', index), text]),
      ...changed.map((text, index) => [nameOf('ours', index), text]),
    ]),
  )
  const faultsIn = (of: string): string[][] =>
    found.map((_, index) => {
      const file = program.getSourceFile(programPath(nameOf(of, index)))
      const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      return faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
    })
  const [before, after] = [faultsIn('theirs'), faultsIn('ours')]
  expect(after).toEqual(before)
  // Some leave out what is not to the point, or need a package that is not here.
  expect(before.filter((faults) => faults.length === 0).length).toBeGreaterThan(40)
}, 60_000)
