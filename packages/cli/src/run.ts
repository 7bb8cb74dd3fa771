import { commands } from './commands/index.ts'
import type { Command, CommandContext } from './framework/command.ts'
import { exitCodeOf, exitCodes, usageFailure } from './framework/failure.ts'
import { nearest } from './framework/nearest.ts'
import { parseArguments } from './framework/parse.ts'
import type { World } from './framework/world.ts'
import { type Output, openOutput } from './output/output.ts'

/** Runs the command that the arguments name, and resolves to the exit code. Never rejects: an error is shown, in one line. */
export async function run(args: readonly string[], world: World): Promise<number> {
  // Before anything is parsed, because an error in that is shown as well.
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length)
  const noColours = own.includes('--no-color') ? 'forbidden' : undefined
  const out = openOutput(world, { isVerbose: own.includes('--verbose'), noColours })
  try {
    return await dispatch(args, world, out)
  } catch (error) {
    const { errorLines } = await import('./framework/error-lines.ts')
    world.stderr.write(errorLines(error, out))
    return exitCodeOf(error)
  }
}

async function dispatch(args: readonly string[], world: World, out: Output): Promise<number> {
  const [first, ...others] = args
  if (first === '--version') {
    out.answer((await import('./version.ts')).version)
    return exitCodes.ok
  }
  const name = first === 'help' ? others[0] : first
  if (name === undefined || name === '--help' || name === '-h') {
    const { helpOfProgram } = await import('./framework/help.ts')
    out.answer(helpOfProgram(commands, out))
    return name === undefined && first === undefined ? exitCodes.usage : exitCodes.ok
  }
  const command = await commandNamed(name)
  const { values, positionals, rest } = parseArguments(command, first === 'help' ? ['--help'] : others)
  if (values.help === true) {
    const { helpOfCommand } = await import('./framework/help.ts')
    out.answer(helpOfCommand(command, out))
    return exitCodes.ok
  }
  const context = { name, values, positionals, rest, world, out, commands } as CommandContext
  return (await command.run(context)) ?? exitCodes.ok
}

async function commandNamed(name: string): Promise<Command> {
  const row = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (row !== undefined) return (await row.load()).command
  const what = name.startsWith('-')
    ? `unknown option ${name.slice(0, 60)}.`
    : `unknown command ${JSON.stringify(name.slice(0, 60))}.`
  const known = name.startsWith('-') ? programOptions : [...Object.keys(commands), ...programOptions]
  const near = Object.hasOwn(foreignNames, name) ? foreignNames[name] : nearest(name, known)
  throw usageFailure(
    what,
    near === undefined ? 'See: entrada --help' : `Did you mean entrada ${near}? See: entrada --help`,
  )
}

const programOptions = ['--help', '--version']

/** What other tools call it. */
const foreignNames: Readonly<Record<string, string>> = {
  account: 'token',
  'get-access-token': 'token',
  'get-token': 'token',
  auth: 'login',
  use: 'switch',
  profiles: 'status',
  whoami: 'status',
  run: 'exec',
  version: '--version',
  '-v': '--version',
  '-V': '--version',
}
