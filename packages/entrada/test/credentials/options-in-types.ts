import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** An option, as its type says. */
export interface OptionInTypes {
  name: string
  /** Its doc comment, in one line. */
  words: string
}

const folder = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The options of each exported credential, by the name of its class, as the types of its constructors say: the properties
 * of whatever object may be the last argument. Whoever adds one to an interface need not think of this.
 */
export function optionsInTypes(): Map<string, OptionInTypes[]> {
  const { config } = ts.readConfigFile(`${folder}tsconfig.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
  const index = `${folder}src/index.ts`
  const program = ts.createProgram([index], options)
  const checker = program.getTypeChecker()
  const found = new Map<string, OptionInTypes[]>()
  const module = checker.getSymbolAtLocation(program.getSourceFile(index) as ts.SourceFile) as ts.Symbol
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    // An alias, such as ClientCertificateCredential, has the options of its class.
    if (!(symbol.flags & ts.SymbolFlags.Class) || !/^[A-Z]\w*Credential$/.test(symbol.name)) continue
    const properties = checker
      .getTypeOfSymbol(symbol)
      .getConstructSignatures()
      .flatMap(({ parameters }) => parameters.at(-1) ?? [])
      .flatMap((last) => bagsIn(checker.getNonNullableType(checker.getTypeOfSymbol(last))))
      .flatMap((bag) => bag.getProperties())
    const words = (property: ts.Symbol): string =>
      ts.displayPartsToString(property.getDocumentationComment(checker)).replace(/\s+/g, ' ')
    found.set(symbol.name, [
      ...new Map(
        properties.map((property) => [property.name, { name: property.name, words: words(property) }]),
      ).values(),
    ])
  }
  return found
}

/** The members of a union that are plain objects; a list of credentials is none. */
function bagsIn(type: ts.Type): ts.Type[] {
  if (type.isUnion()) return type.types.flatMap(bagsIn)
  const isBag = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0
  return isBag && type.getNumberIndexType() === undefined ? [type] : []
}
