import { parseArgs } from 'node:util'
import { type Command, globalOptions, type OptionDeclarations } from './command.ts'
import { usageFailure } from './failure.ts'
import { nearest } from './nearest.ts'

/** The arguments of a command, taken apart and checked. */
export interface ParsedArguments {
  values: Record<string, string | boolean | readonly string[] | undefined>
  positionals: readonly string[]
  rest: readonly string[]
}

/** Takes the arguments of a command apart. Throws a `Failure` that names what is wrong, and the option that may be meant. */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const options: OptionDeclarations = { ...command.options, ...globalOptions }
  const help = `See: entrada ${command.name} --help`
  const { tokens } = parseArgs({ args: [...args], options: forParser(options), strict: false, tokens: true })
  const values: ParsedArguments['values'] = {}
  const positionals: string[] = []
  const terminator = tokens.find((token) => token.kind === 'option-terminator')
  const end = terminator?.index ?? args.length
  for (const token of tokens) {
    if (token.kind === 'positional' && token.index < end) positionals.push(token.value)
    if (token.kind !== 'option') continue
    const declared = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    const typed = args[token.index] ?? token.rawName
    // One hyphen and a whole name, which would be read as letters, each an option, or one and its value.
    if (/^-[^-]/.test(typed) && Object.hasOwn(options, typed.slice(1))) throw unknownOption(typed, command)
    if (declared === undefined) throw unknownOption(token.rawName, command)
    values[token.name] = checkedValue(token, declared, values[token.name], help)
  }
  const rest = terminator === undefined ? [] : args.slice(end + 1)
  if (values.help !== true) checkOperands(command, positionals, rest, help)
  return { values, positionals, rest }
}

function forParser(options: OptionDeclarations): NonNullable<Parameters<typeof parseArgs>[0]>['options'] {
  const known = Object.entries(options).map(([name, { type, short, multiple = false }]) => [
    name,
    { type, multiple, ...(short === undefined ? {} : { short }) },
  ])
  return Object.fromEntries(known)
}

function checkedValue(
  token: { name: string; rawName: string; value: string | undefined },
  { type, multiple, choices, value: placeholder = 'VALUE' }: OptionDeclarations[string],
  former: ParsedArguments['values'][string],
  help: string,
): string | boolean | readonly string[] {
  const { rawName, value } = token
  if (type === 'boolean') {
    if (value !== undefined) throw usageFailure(`${rawName} takes no value.`, help)
    return true
  }
  if (value === undefined || value === '') {
    throw usageFailure(`${rawName} needs a value: ${rawName} ${choices?.join(' | ') ?? placeholder}.`, help)
  }
  if (choices !== undefined && !choices.includes(value)) {
    throw usageFailure(`${rawName} ${JSON.stringify(value.slice(0, 60))} is not one of: ${choices.join(', ')}.`, help)
  }
  if (multiple === true) return [...((former as readonly string[] | undefined) ?? []), value]
  if (former !== undefined) throw usageFailure(`${rawName} is given twice.`, 'Give it once.')
  return value
}

function unknownOption(rawName: string, { name, options, takesRest, foreignOptions = {} }: Command): Error {
  const help = `See: entrada ${name} --help`
  const asked = rawName.replace(/^-+/, '')
  const what = `unknown option ${rawName.slice(0, 60)}.`
  if (Object.hasOwn(foreignOptions, asked)) return usageFailure(what, `${foreignOptions[asked]} ${help}`)
  const near = nearest(asked, Object.keys({ ...options, ...globalOptions }))
  if (near !== undefined) return usageFailure(what, `Did you mean --${near}? ${help}`)
  return usageFailure(what, takesRest === true ? `What is for another program follows --. ${help}` : help)
}

function checkOperands(command: Command, given: readonly string[], rest: readonly string[], help: string): void {
  const { min = 0, max = min } = command.operands ?? {}
  const line = `entrada ${command.name} ${command.usage ?? ''}`.trim()
  if (given.length < min) throw usageFailure(`an argument is missing: ${line}.`, help)
  // It is not repeated: somebody may have taken it for the value of an option, and it for a secret.
  if (given.length > max && command.takesRest === true && max === 0)
    throw usageFailure(`what is run follows --: ${line}.`, help)
  if (given.length > max) throw usageFailure(tooMany(command.name, given.length, max), help)
  if (rest.length > 0 && command.takesRest !== true) throw usageFailure(`nothing may follow --: ${line}.`, help)
}

function tooMany(name: string, given: number, max: number): string {
  if (max === 0) return `${name} takes no arguments, only options.`
  return `there are ${given} arguments, and ${name} takes ${max === 1 ? 'one' : `${max} at most`}.`
}
