/**
 * Compares what two modules declare, by the compiler's own rules: may a program that was written for the one be compiled
 * against the other? What it passes (arguments, options) must be accepted; what it gets (results, fields of classes) must fit
 * wherever it puts it; values of the other types go both ways.
 */
import ts from 'typescript'

/** A path such as `TokenCredentialOptions.tlsOptions.key`, from the exported type that has the field, and what is wrong. */
export type Difference = `${string}: ${Fault}`

export type Fault =
  | 'is not exported'
  | 'is not a value'
  | 'is not a type'
  | 'has another value'
  | 'is missing'
  | 'may be missing'
  | 'must be given'
  | 'is readonly'
  | 'takes less'
  | 'gives more'
  | 'is not its base class'

/** How many of each kind were compared. */
export interface Figures {
  exports: number
  constructors: number
  functions: number
  /** Members of enumerations. */
  constants: number
  /** Methods and properties of classes. */
  members: number
  /** Fields of options and other plain types, as each exported type has them. */
  fields: number
}

export class Comparison {
  readonly figures: Figures = { exports: 0, constructors: 0, functions: 0, constants: 0, members: 0, fields: 0 }
  readonly #found = new Set<Difference>()
  readonly #owners = new Map<ts.Symbol, string>()
  readonly #checker: ts.TypeChecker

  /** Compares every name that `theirs` exports with that of `ours`. */
  constructor(checker: ts.TypeChecker, theirs: ts.Symbol, ours: ts.Symbol) {
    this.#checker = checker
    const [their, our] = [theirs, ours].map((module) => exportsOf(checker, module))
    for (const [name, symbol] of their ?? []) this.#own(symbol, name)
    for (const [name, symbol] of their ?? []) {
      this.figures.exports++
      const found = our?.get(name)
      if (found === undefined) this.#differs(name, 'is not exported')
      else this.#symbols(name, symbol, found)
    }
    const classes = [...(their ?? [])].filter(([, { flags }]) => flags & ts.SymbolFlags.Class)
    for (const [name, symbol] of classes) {
      for (const base of checker.getBaseTypes(checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType)) {
        const [baseName = ''] = classes.find(([, their]) => their === base.symbol) ?? []
        const [derived, above] = [our?.get(name), our?.get(baseName)]
        if (derived !== undefined && above !== undefined) this.#inherits(name, derived, above)
      }
    }
  }

  get differences(): Difference[] {
    return [...this.#found].sort((one, other) => (one < other ? -1 : 1))
  }

  /** Fields are named by the exported type that has them, or the nearest that extends their own. */
  #own(symbol: ts.Symbol, name: string): void {
    if ((symbol.flags & ts.SymbolFlags.Interface) === 0) return
    this.#owners.set(symbol, name)
    for (const { symbol: base } of this.#checker.getBaseTypes(
      this.#checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType,
    )) {
      if (!this.#owners.has(base)) this.#own(base, name)
    }
  }

  #symbols(name: string, theirs: ts.Symbol, ours: ts.Symbol): void {
    for (const [meaning, fault] of meanings) {
      if ((theirs.flags & meaning) !== 0 && (ours.flags & meaning) === 0) this.#differs(name, fault)
    }
    if (theirs.flags & ts.SymbolFlags.Enum) this.#enums(name, theirs, ours)
    else if (theirs.flags & ts.SymbolFlags.Class) this.#classes(name, theirs, ours)
    else if (theirs.flags & ts.SymbolFlags.Type) this.#types(name, this.#declared(theirs), this.#declared(ours))
    else {
      const [their, our] = [this.#checker.getTypeOfSymbol(theirs), this.#checker.getTypeOfSymbol(ours)]
      this.figures.functions += their.getCallSignatures().length
      if (!this.#fits(our, their)) this.#differs(name, 'gives more')
    }
  }

  #enums(name: string, theirs: ts.Symbol, ours: ts.Symbol): void {
    const values = this.#checker.getTypeOfSymbol(ours)
    for (const [key, member] of theirs.exports ?? []) {
      this.figures.constants++
      const value = this.#checker.getConstantValue(member.valueDeclaration as ts.EnumMember)
      const our = values.getProperty(String(key))
      const type = our && this.#checker.getTypeOfSymbol(our)
      if (!type?.isStringLiteral() || type.value !== value) this.#differs(`${name}.${key}`, 'has another value')
      if (!ours.exports?.has(key)) this.#differs(`${name}.${key}`, 'is not a type')
    }
  }

  #classes(name: string, theirs: ts.Symbol, ours: ts.Symbol): void {
    const [their, our] = [theirs, ours].map((symbol) => this.#checker.getTypeOfSymbol(symbol).getConstructSignatures())
    for (const signature of their ?? []) {
      this.figures.constructors++
      if (our?.some((each) => this.#takes(each, signature))) continue
      const parameters = signature.parameters.map((parameter) => parameter.name).join(', ')
      this.#differs(`new ${name}(${parameters})`, 'takes less')
    }
    for (const member of publicProperties(this.#declared(theirs))) {
      this.figures.members++
      const path = `${name}.${member.name}`
      const found = this.#declared(ours).getProperty(member.name)
      if (found !== undefined && isReadonly(found) && !isReadonly(member)) this.#differs(path, 'is readonly')
      this.#read(path, member, found)
    }
  }

  #inherits(name: string, derived: ts.Symbol, base: ts.Symbol): void {
    if (!this.#fits(this.#declared(derived), this.#declared(base))) this.#differs(name, 'is not its base class')
  }

  /** Whether our constructor takes whatever arguments theirs takes. */
  #takes(ours: ts.Signature, theirs: ts.Signature): boolean {
    const [our, their] = [this.#parametersOf(ours), this.#parametersOf(theirs)]
    return (
      our.filter(({ isOptional }) => !isOptional).length <= their.filter(({ isOptional }) => !isOptional).length &&
      their.every(({ type, isRest }, index) => {
        const parameter = our[index]
        return parameter !== undefined && parameter.isRest === isRest && this.#fits(type, parameter.type)
      })
    )
  }

  #parametersOf(signature: ts.Signature): { type: ts.Type; isOptional: boolean; isRest: boolean }[] {
    return signature.parameters.map((parameter) => {
      const { dotDotDotToken, questionToken, initializer } = parameter.valueDeclaration as ts.ParameterDeclaration
      const isRest = dotDotDotToken !== undefined
      const isOptional = isRest || questionToken !== undefined || initializer !== undefined
      return { type: this.#checker.getTypeOfSymbol(parameter), isOptional, isRest }
    })
  }

  #types(name: string, theirs: ts.Type, ours: ts.Type): void {
    const before = this.#found.size
    let differ = false
    for (const field of isPlain(theirs) ? publicProperties(theirs) : []) {
      this.figures.fields++
      const path = `${this.#ownerOf(field) ?? name}.${field.name}`
      const our = ours.getProperty(field.name)
      const faults = [this.#write(path, field, our), this.#read(path, field, our)]
      differ ||= faults.includes(true)
    }
    if (differ || this.#found.size > before) return
    if (!this.#fits(theirs, ours)) this.#differs(name, 'takes less')
    if (!this.#fits(ours, theirs)) this.#differs(name, 'gives more')
  }

  #ownerOf({ declarations: [declaration] = [] }: ts.Symbol): string | undefined {
    const parent = declaration?.parent
    const symbol = parent && ts.isInterfaceDeclaration(parent) && this.#checker.getSymbolAtLocation(parent.name)
    return symbol ? this.#owners.get(symbol) : undefined
  }

  /** Whether a field of ours refuses what theirs takes. */
  #write(path: string, theirs: ts.Symbol, ours: ts.Symbol | undefined): boolean {
    if (ours === undefined) return this.#differs(path, 'is missing')
    if (isReadonly(ours) && !isReadonly(theirs)) this.#differs(path, 'is readonly')
    if (isOptional(theirs) && !isOptional(ours)) return this.#differs(path, 'must be given')
    return this.#innermost(path, theirs, ours, 'takes less')
  }

  /** Whether a field of ours gives what does not fit where theirs does. */
  #read(path: string, theirs: ts.Symbol, ours: ts.Symbol | undefined): boolean {
    if (ours === undefined) return this.#differs(path, 'is missing')
    if (!isOptional(theirs) && isOptional(ours)) return this.#differs(path, 'may be missing')
    return this.#innermost(path, theirs, ours, 'gives more')
  }

  /** Names the innermost fields in which the two differ. */
  #innermost(path: string, theirs: ts.Symbol, ours: ts.Symbol, fault: 'takes less' | 'gives more'): boolean {
    const [their, our] = [this.#typeOf(theirs), this.#typeOf(ours)]
    if (fault === 'takes less' ? this.#fits(their, our) : this.#fits(our, their)) return false
    const [inTheirs, inOurs] = [this.#checker.getNonNullableType(their), this.#checker.getNonNullableType(our)]
    let differ = false
    for (const field of isPlain(inTheirs) && isPlain(inOurs) ? publicProperties(inTheirs) : []) {
      const inner = inOurs.getProperty(field.name)
      if (inner !== undefined && this.#innermost(`${path}.${field.name}`, field, inner, fault)) differ = true
    }
    return differ || this.#differs(path, fault)
  }

  /** Of an optional field the type that may be given: with `undefined` only where it is written. */
  #typeOf(field: ts.Symbol): ts.Type {
    const [declaration] = field.declarations ?? []
    const isField = declaration && (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration))
    const type = isField && isOptional(field) ? declaration.type : undefined
    return type === undefined ? this.#checker.getTypeOfSymbol(field) : this.#checker.getTypeFromTypeNode(type)
  }

  #declared(symbol: ts.Symbol): ts.Type {
    return this.#checker.getDeclaredTypeOfSymbol(symbol)
  }

  #fits(source: ts.Type, target: ts.Type): boolean {
    return this.#checker.isTypeAssignableTo(source, target)
  }

  #differs(path: string, fault: Fault): true {
    this.#found.add(`${path}: ${fault}`)
    return true
  }
}

/** What a module exports, by name. */
export function exportsOf(checker: ts.TypeChecker, module: ts.Symbol): Map<string, ts.Symbol> {
  const target = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, target(symbol)]))
}

const meanings = [
  [ts.SymbolFlags.Value, 'is not a value'],
  [ts.SymbolFlags.Type, 'is not a type'],
] as const

function publicProperties(type: ts.Type): ts.Symbol[] {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
  return type
    .getProperties()
    .filter(({ declarations = [] }) => declarations.every((each) => (ts.getCombinedModifierFlags(each) & hidden) === 0))
}

/** Whether its fields are to be compared one by one. */
function isPlain(type: ts.Type): boolean {
  const isObject = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0
  const isList = type.getNumberIndexType() !== undefined
  return isObject && !isList && type.getCallSignatures().length === 0 && type.getProperties().length > 0
}

function isOptional(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Optional) !== 0
}

function isReadonly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((each) => {
    const isGetter = ts.isGetAccessor(each) && !declarations.some(ts.isSetAccessor)
    return isGetter || (ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Readonly) !== 0
  })
}
