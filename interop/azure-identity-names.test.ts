import { readFile } from 'node:fs/promises'
import * as azure from '@azure/identity'
import * as entrada from 'entrada'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { Comparison, type Difference, exportsOf } from './names/comparison.ts'
import { compile, programPath } from './names/declarations.ts'
import { exceptions } from './names/exceptions.ts'

const guide = await readFile(new URL('../docs/migrating.md', import.meta.url), 'utf8')

const program = compile({
  'modules.mts': ['entrada', '@azure/identity', '@azure/core-auth'].map((name) => `import '${name}'`).join('\n'),
})
const checker = program.getTypeChecker()
const imports = program.getSourceFile(programPath('modules.mts'))?.statements.filter(ts.isImportDeclaration) ?? []
const [ours, theirs, auth] = imports.map(({ moduleSpecifier }) => checker.getSymbolAtLocation(moduleSpecifier)) as [
  ts.Symbol,
  ts.Symbol,
  ts.Symbol,
]
const comparison = new Comparison(checker, theirs, ours)

/** Classes of theirs whose base class is theirs too: at run time ours must be derived in the same way. */
const notDerived = (): Difference[] => {
  const classes = Object.entries(azure as Record<string, unknown>).filter(([, value]) => typeof value === 'function')
  const found = entrada as Record<string, unknown>
  return classes.flatMap(([name, their]) => {
    const [baseName = ''] = classes.find(([, base]) => base === Object.getPrototypeOf(their)) ?? []
    const [our, base] = [found[name], found[baseName]] as ((abstract new () => unknown) | undefined)[]
    const isDerived = base === undefined || our?.prototype instanceof base
    return isDerived ? [] : [`${name}: is not its base class` as const]
  })
}

test('what @azure/identity declares is declared here in the same shape, but for what is meant to differ', () => {
  const meant = exceptions.flatMap(({ differences }) => differences)
  expect([...comparison.differences, ...notDerived()].sort(byText)).toEqual(meant.sort(byText))
})

test('everything has been compared', () => {
  expect(comparison.figures).toEqual({
    exports: 83,
    constructors: 32,
    functions: 5,
    constants: 4,
    members: 41,
    fields: 442,
  })
})

test.each(exceptions.map(({ reason, differences }) => [reason, differences] as const))(
  'the guide tells of what is meant to differ: %s',
  (reason, differences) => {
    const row = guide.split('\n').find((line) => line.startsWith('|') && line.includes(reason))
    expect(differences.filter((each) => !row?.includes(`\`${each.split(':')[0]}\``))).toEqual([])
  },
)

test('what @azure/identity exports is here at run time, with the same constants', () => {
  const [their, our] = [azure, entrada].map((module) => module as Record<string, unknown>)
  const kinds = (module: Record<string, unknown> | undefined) =>
    Object.keys(their ?? {}).map((name) => {
      const value = module?.[name]
      return [name, typeof value === 'string' ? value : typeof value]
    })
  expect(kinds(our)).toEqual(kinds(their))
  expect(entrada.AzureAuthorityHosts).toEqual({ ...azure.AzureAuthorityHosts })
})

test('each credential is a TokenCredential of @azure/core-auth, and each of theirs is one of ours', () => {
  const credential = (module: ts.Symbol): ts.Type =>
    checker.getDeclaredTypeOfSymbol(exportsOf(checker, module).get('TokenCredential') as ts.Symbol)
  const notA = (target: ts.Type, module: ts.Symbol): [number, string[]] => {
    const types = [...exportsOf(checker, module)]
      .filter(([, { flags }]) => flags & ts.SymbolFlags.Class)
      .map(([name, symbol]) => [name, checker.getDeclaredTypeOfSymbol(symbol)] as const)
      .filter(([, type]) => type.getProperty('getToken') !== undefined)
    return [types.length, types.filter(([, type]) => !checker.isTypeAssignableTo(type, target)).map(([name]) => name)]
  }
  expect(notA(credential(auth), ours)).toEqual([21, []])
  expect(notA(credential(theirs), ours)).toEqual([21, []])
  expect(notA(credential(ours), theirs)).toEqual([18, []])
})

function byText(one: string, other: string): number {
  return one < other ? -1 : 1
}
