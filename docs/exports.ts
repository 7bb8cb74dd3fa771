import { join } from 'node:path'
import ts from 'typescript'
import { entries } from './site/entries.mjs'
import { root } from './snippets.ts'

/** What of the entries has no doc comment, as `entrada: ClientSecretCredential.getToken`: an editor shows nothing there. */
export function undocumented(): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const given = entries()
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
      if (!isOurs(symbol) || isInternal(symbol)) continue
      if (!isDocumented(symbol, checker)) found.add(`${name}: ${exported.name}`)
      for (const member of membersOf(symbol, checker)) {
        if (isOurs(member) && !isInternal(member) && !isDocumented(member, checker))
          found.add(`${name}: ${exported.name}.${nameOf(member)}`)
      }
    }
  }
  return [...found]
}

function membersOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol[] {
  if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) {
    const type = checker.getDeclaredTypeOfSymbol(symbol)
    // Of a union, each kind has a comment, or is exported by itself.
    return type.flags & ts.TypeFlags.Object || type.isIntersection() ? type.getProperties() : []
  }
  return []
}

/** A symbol such as `Symbol.asyncDispose` has a name of the compiler's. */
function nameOf(member: ts.Symbol): string {
  return member.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]')
}

function isOurs(symbol: ts.Symbol): boolean {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? ''
  return file.startsWith(join(root, 'packages')) && !file.includes('node_modules')
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

function isDocumented(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  return symbol.getDocumentationComment(checker).length > 0
}
