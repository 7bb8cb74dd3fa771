import { join } from 'node:path'
import ts from 'typescript'
import { entries } from './site/entries.mjs'
import { root } from './snippets.ts'

/** A module that programs import. */
interface Entry {
  name: string
  file: string
}

/** What of the entries has no doc comment, as `entrada: ClientSecretCredential.getToken`: an editor shows nothing there. */
export function undocumented(given: readonly Entry[] = entries(), folder: string = join(root, 'packages')): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(
    given.map(({ file }) => file),
    { ...options, noEmit: true, allowImportingTsExtensions: true },
  )
  const checker = program.getTypeChecker()
  const found = new Set<string>()
  for (const { name, file } of given) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile)
    for (const exported of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      if (!isOurs(symbol, folder) || isInternal(symbol)) continue
      if (!isDocumented(symbol, checker)) found.add(`${name}: ${exported.name}`)
      const at = (path: string): string => `${name}: ${exported.name}.${path}`
      for (const [path, member] of membersOf(symbol, { checker, folder })) {
        if (!isDocumented(member, checker)) found.add(at(path))
        else if (isWithoutUnit(member, checker)) found.add(`${at(path)} (in which unit?)`)
      }
      for (const way of silentWaysToMake(symbol, checker)) found.add(`${name}: new ${exported.name}${way}`)
    }
  }
  return [...found]
}

type Field = [path: string, member: ts.Symbol]

/** What is looked at, with what. */
interface Look {
  checker: ts.TypeChecker
  /** Where declarations are ours. */
  folder: string
}

/** What a class, a type or an object has, with the fields of the objects within it that have no name of their own: `tlsOptions.key.pem`. */
function membersOf(symbol: ts.Symbol, { checker, folder }: Look): Field[] {
  if (symbol.flags & ts.SymbolFlags.Variable)
    return namelessIn(checker.getTypeOfSymbol(symbol)).flatMap((type) => fieldsOf(type, '', { checker, folder }))
  if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias))) return []
  return fieldsOf(checker.getDeclaredTypeOfSymbol(symbol), '', { checker, folder })
}

function fieldsOf(type: ts.Type, before: string, look: Look): Field[] {
  // Of a union, the fields of each kind.
  if (type.isUnion()) return type.types.flatMap((each) => fieldsOf(each, before, look))
  if (!(type.flags & ts.TypeFlags.Object || type.isIntersection())) return []
  return type.getProperties().flatMap((member): Field[] => {
    if (!isOurs(member, look.folder) || isInternal(member)) return []
    const path = `${before}${nameOf(member)}`
    return [
      [path, member],
      ...namelessIn(look.checker.getTypeOfSymbol(member)).flatMap((each) => fieldsOf(each, `${path}.`, look)),
    ]
  })
}

/** The objects that are written out where they are used, also those in a list or beside other types. */
function namelessIn(type: ts.Type): readonly ts.Type[] {
  if (type.isUnion()) return type.types.flatMap(namelessIn)
  const [element] = (type as ts.TypeReference).typeArguments ?? []
  if (element !== undefined && /^(?:Readonly)?Array$/.test(type.symbol?.name ?? '')) return namelessIn(element)
  const isNameless =
    type.symbol?.name === '__type' && type.aliasSymbol === undefined && type.getCallSignatures().length === 0
  return isNameless ? [type] : []
}

/** A symbol such as `Symbol.asyncDispose` has a name of the compiler's. */
function nameOf(member: ts.Symbol): string {
  return member.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]')
}

function isOurs(symbol: ts.Symbol, folder: string): boolean {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? ''
  return file.startsWith(folder) && !file.includes('node_modules')
}

/** Not part of what is published, or an override, whose words are those of what it overrides. */
function isInternal(symbol: ts.Symbol): boolean {
  if (symbol.name.startsWith('#')) return true
  return (symbol.declarations ?? []).some((declaration) => {
    const flags = ts.getCombinedModifierFlags(declaration as ts.Declaration)
    if (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override)) return true
    return ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === 'internal')
  })
}

/** Ways to call a constructor with several: an editor shows the words of each, and none of those of its implementation. */
function silentWaysToMake(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  if (!(symbol.flags & ts.SymbolFlags.Class)) return []
  const ways = checker.getTypeOfSymbol(symbol).getConstructSignatures()
  const silent = ways.filter((way) => way.getDocumentationComment(checker).length + way.getJsDocTags().length === 0)
  return ways.length === 1 ? [] : silent.map((way) => `(${way.parameters.map(({ name }) => name).join(', ')})`)
}

/** A number whose name and words leave open what it counts. */
function isWithoutUnit(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  const type = checker.getNonNullableType(checker.getTypeOfSymbol(symbol))
  if (!(type.flags & ts.TypeFlags.Number)) return false
  const said = `${symbol.name} ${ts.displayPartsToString(symbol.getDocumentationComment(checker))}`
  return !/second|\bms\b|ms |bytes|days|status|code|port|count|concurrent|version|from 1|many|most|without effect/i.test(
    said,
  )
}

function isDocumented(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return symbol.getDocumentationComment(checker).length > 0
}
