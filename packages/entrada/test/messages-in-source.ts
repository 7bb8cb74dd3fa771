import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Words of an error or a warning, where the source has them. */
export interface SourceMessage {
  /** As `entrada/src/http/network-error.ts:9`. */
  place: string
  /** It is a message by itself, and no part of another: it has a `who`, is a `TypeError`, or is a warning. */
  isWhole: boolean
  /** What it can read, with `…` for what is only known when it happens. */
  texts: readonly string[]
  /** Messages in the function that is called to make it, whose words are around its own. */
  frames: readonly SourceMessage[]
}

const folder = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Every message that the source of the packages `names` holds: errors that are made, whether of a problem
 * (`{ who, reason, remedy }`), of a text, or by a function that returns an error; reasons that another message will hold;
 * warnings.
 */
export function messagesInSource(names: readonly string[]): SourceMessage[] {
  const { config } = ts.readConfigFile(`${folder}entrada/tsconfig.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, `${folder}entrada`)
  const files = names.flatMap((name) => filesBelow(`${folder}${name}/src/`))
  const program = ts.createProgram(files, options)
  const checker = program.getTypeChecker()
  return files.flatMap((name) => {
    const file = program.getSourceFile(name) as ts.SourceFile
    return messagesIn(file, file, checker)
  })
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path + name)
}

function messagesIn(part: ts.Node, file: ts.SourceFile, checker: ts.TypeChecker, isInFrame = false): SourceMessage[] {
  const found: SourceMessage[] = []
  const add = (node: ts.Node, isWhole: boolean, parts: readonly (ts.Node | undefined)[]): void => {
    const texts = joined(
      parts.map((part) => (part === undefined ? [''] : textsOf(part, checker))),
      ' ',
    )
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1
    // One word is a name or a code.
    if (!texts.some((text) => /[a-z'@]+ [a-z'@]+/i.test(text))) return
    const frames = isInFrame ? [] : framesOf(node, file, checker)
    found.push({ place: `${file.fileName.slice(folder.length)}:${line}`, isWhole, texts, frames })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const { who, reason, remedy, type, message } = propertiesOf(node)
      if (reason !== undefined) add(node, who !== undefined, [reason, remedy])
      if (type !== undefined && message !== undefined) add(node, true, [message])
    } else if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
      const called = node.expression.getText(file)
      const words = node.arguments?.filter((argument) => !ts.isObjectLiteralExpression(argument)) ?? []
      if (/(?:^|\.)warn$/.test(called)) add(node, true, words)
      else if (makesError(node, checker)) add(node, called === 'TypeError' || called === 'CertificateFault', words)
    }
    ts.forEachChild(node, visit)
  }
  visit(part)
  return found
}

/** The messages in the body of the function that a node calls. */
function framesOf(node: ts.Node, file: ts.SourceFile, checker: ts.TypeChecker): SourceMessage[] {
  const declared = ts.isCallExpression(node) ? checker.getResolvedSignature(node)?.getDeclaration() : undefined
  const isAround =
    declared === undefined ||
    (declared.pos <= node.pos && declared.end >= node.end && declared.getSourceFile() === file)
  const body = isAround ? undefined : (declared as ts.FunctionLikeDeclaration).body
  return body === undefined ? [] : messagesIn(body, declared?.getSourceFile() ?? file, checker, true)
}

function propertiesOf(node: ts.ObjectLiteralExpression): Record<string, ts.Node | undefined> {
  return Object.fromEntries(
    node.properties.flatMap((property) => {
      if (ts.isShorthandPropertyAssignment(property)) return [[property.name.text, property.name]]
      return ts.isPropertyAssignment(property) ? [[property.name.getText(), property.initializer]] : []
    }),
  )
}

/** Whether it is an error, or throws one: a function that never returns. */
function makesError(node: ts.Expression, checker: ts.TypeChecker): boolean {
  const isError = (type: ts.Type): boolean =>
    type.getSymbol()?.name === 'Error' || (type.isClassOrInterface() && checker.getBaseTypes(type).some(isError))
  const type = checker.getTypeAtLocation(node)
  return (type.flags & ts.TypeFlags.Never) !== 0 || isError(type)
}

/** What an expression can be as text. */
function textsOf(node: ts.Node, checker: ts.TypeChecker): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap((way) => textsOf(way, checker))
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(({ expression, literal }) =>
      joined([textsOf(expression, checker), [literal.text]], ''),
    )
    return joined([[node.head.text], ...spans], '')
  }
  if (ts.isIdentifier(node)) {
    const declared = (
      ts.isShorthandPropertyAssignment(node.parent)
        ? checker.getShorthandAssignmentValueSymbol(node.parent)
        : checker.getSymbolAtLocation(node)
    )?.valueDeclaration
    const isConstant = declared && ts.isVariableDeclaration(declared) && ts.isVariableDeclarationList(declared.parent)
    if (isConstant && declared.parent.flags & ts.NodeFlags.Const && declared.initializer)
      return textsOf(declared.initializer, checker)
  }
  return ['…']
}

/** Every way to put one of each together. */
function joined(parts: readonly (readonly string[])[], by: string): readonly string[] {
  return parts.reduce(
    (heads, next) => heads.flatMap((head) => next.map((text) => (head && text ? head + by + text : head + text))),
    [''],
  )
}
