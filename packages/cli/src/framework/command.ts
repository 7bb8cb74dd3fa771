/**
 * What a command is, for those who add one.
 *
 * - **A command is a file** in `commands/` that exports `command`, made by `defineCommand`, and a row in `commands/index.ts` with
 *   its summary. The file is loaded when the command is run, so it may import what it needs at the top; what only one of
 *   its ways needs, it imports there. What it is made of stands in a folder beside `commands/` (`token/`, `endpoint/`).
 * - **Options are data**: `{ type, value, short?, multiple?, choices?, help }`. They are parsed by `node:util`, shown by
 *   `--help` in the order in which they are declared, and arrive in `values`, typed, under the name that they have on the
 *   command line. `--help`, `--verbose` and `--no-color` belong to every command (`globalOptions`). Negated and repeated
 *   options are as `parseArgs` has them. Add `...credentialOptions` of `profile/credential-options.ts` for a command that
 *   needs a credential.
 * - **Operands** are `positionals`, whose number the framework checks by `operands`; what follows `--` is `rest`, and is
 *   refused unless `takesRest` says that there may be something.
 * - **The outside world is `world`** (`framework/world.ts`): environment, streams, clock, signals. A command never touches
 *   `process`. It writes its answer, and nothing else, with `out.answer()` to standard output; what is for people goes to
 *   standard error by `out.note()`, `out.warn()`, `out.verbose()` and `out.progress()`. `out.style` colours, where the stream
 *   is a terminal.
 * - **A credential** comes from `openCredential(context)` of `profile/open-credential.ts`: the one that `--profile`,
 *   `--credential`, the configuration or the environment say, with the profile's name, its `expect` checked, its events
 *   shown by `--verbose`. Close it in `finally`, or with `await using`.
 * - **The end** of `run` is the exit code: a number, or nothing for 0. Errors are thrown, not printed: a `Failure` says
 *   what, the remedy and the exit code; the library's errors are shown by their own words, and their class decides
 *   (`exitCodes`). Nothing but `main.ts` ends the process, so open what you like and close it yourself.
 * - **Ctrl-C** aborts `world.signal`; whatever then rejects with `AbortError` ends with 130. A command that has a child to
 *   pass signals on to takes them over with `world.onSignal`.
 */
import type { Output } from '../output/output.ts'
import type { World } from './world.ts'

/** One option of a command. */
interface OptionDeclaration {
  type: 'string' | 'boolean'
  /** What stands for the value in help, in capitals. */
  value?: string
  short?: string
  multiple?: true
  /** The values that it may have; others are refused by name. */
  choices?: readonly string[]
  /** One line of help, without a full stop. */
  help: string
}

export type OptionDeclarations = Readonly<Record<string, OptionDeclaration>>

/** The options of a command as they arrive. */
type Values<Options extends OptionDeclarations> = {
  readonly [Name in keyof Options]?: Options[Name]['type'] extends 'boolean'
    ? boolean
    : Options[Name]['multiple'] extends true
      ? readonly string[]
      : string
}

/** What every command has besides its own options. */
export const globalOptions = {
  help: { type: 'boolean', short: 'h', help: 'Show what the command does, with examples' },
  verbose: { type: 'boolean', help: 'Tell the story on standard error: what was asked, and what came back' },
  'no-color': { type: 'boolean', help: 'Do not colour anything; so does the variable NO_COLOR' },
} as const satisfies OptionDeclarations

/** What `run` is given. */
export interface CommandContext<Options extends OptionDeclarations = OptionDeclarations> {
  /** The command's name, for messages: `token`, `cache ls`. */
  name: string
  values: Values<Options & typeof globalOptions>
  positionals: readonly string[]
  /** What follows `--`. */
  rest: readonly string[]
  world: World
  out: Output
  /** Every command, for what is made of all of them. */
  commands: Readonly<Record<string, CommandRow>>
}

/** A line to type, and what it does. */
interface Example {
  does: string
  /** Complete, from `entrada` on. */
  line: string
}

export interface CommandDeclaration<Options extends OptionDeclarations = OptionDeclarations> {
  name: string
  /** What it does, in a sentence with a full stop, for the first line of its help. */
  summary: string
  /** Operands as help shows them: `<scope | alias>…`. */
  usage?: string
  /** How many operands it takes; default none. */
  operands?: { min?: number; max?: number }
  /** Whether something may follow `--`. */
  takesRest?: true
  options: Options
  /** What an option of another tool, by its name without hyphens, is called here: a remedy for whoever types it, with a full stop. */
  foreignOptions?: Readonly<Record<string, string>>
  /** Paragraphs that follow the options in help. */
  notes?: readonly string[]
  examples: readonly Example[]
  run(context: CommandContext<Options>): Promise<number | undefined> | Promise<void>
}

/** A command whose options are no longer known by type. */
export type Command = CommandDeclaration

/** Checks the declaration's types; `run` gets `values` as `options` declares them. */
export function defineCommand<const Options extends OptionDeclarations>(
  declaration: CommandDeclaration<Options>,
): Command {
  return declaration as unknown as Command
}

/** A command's name and summary, and where its code is. */
export interface CommandRow {
  /** One line for the list of commands, without a full stop. */
  summary: string
  load(): Promise<{ command: Command }>
}
