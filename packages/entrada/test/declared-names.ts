import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** What the constructor of a class takes, as its declaration says. */
export interface ConstructorNames {
  /** The names of the arguments, for each form of the constructor. */
  forms: string[][]
  /** Each argument by its name, and each option of those that are objects, with a dot before what is in an option. */
  names: Set<string>
}

/** Reads the declarations of the package, and gives the names that the constructor of an exported class takes. */
export function readDeclarations(): (className: string) => ConstructorNames {
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  const config = ts.readConfigFile(`${root}tsconfig.check.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config.config, include: [] }, ts.sys, root)
  const entry = `${root}packages/entrada/src/index.ts`
  const program = ts.createProgram([entry], options)
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(entry)
  const index = file && checker.getSymbolAtLocation(file)
  if (file === undefined || index === undefined) throw new Error(`${entry} exports nothing.`)
  const exported = new Map(checker.getExportsOfModule(index).map((symbol) => [symbol.name, symbol]))

  return (className) => {
    const symbol = exported.get(className)
    if (symbol === undefined) throw new Error(`entrada exports no ${className}.`)
    const signatures = checker.getTypeOfSymbolAtLocation(symbol, file).getConstructSignatures()
    const names = new Set<string>()
    const forms = signatures.map((signature) =>
      signature.getParameters().map((parameter) => {
        names.add(parameter.name)
        for (const option of optionsOf(checker.getTypeOfSymbolAtLocation(parameter, file))) {
          names.add(option.name)
          const inside = optionsOf(checker.getTypeOfSymbolAtLocation(option, file))
          for (const { name } of inside) names.add(`${option.name}.${name}`)
        }
        return parameter.name
      }),
    )
    return { forms, names }
  }

  /** The properties of an object, or of each object that it may be. Those of text, lists and functions are no options. */
  function optionsOf(type: ts.Type): ts.Symbol[] {
    if (type.isUnion()) return type.types.flatMap(optionsOf)
    const isObject = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0
    const isCallable = type.getCallSignatures().length > 0
    return isObject && !isCallable && !checker.isArrayLikeType(type) ? type.getProperties() : []
  }
}
