import { type CommandRow, globalOptions } from '../framework/command.ts'
import { aliases } from '../token/aliases.ts'

/** What may follow a command: its options, with their values where those are known, and words. */
export interface CompletionWords {
  /** Options by command, and what each does. */
  readonly options: ReadonlyMap<string, readonly { name: string; help: string; choices: readonly string[] }[]>
  readonly summaries: ReadonlyMap<string, string>
  /** Operands by command, where they are known. */
  readonly operands: Readonly<Record<string, readonly string[]>>
}

/** Reads every command's declaration, so that nothing has to be written twice. */
export async function wordsToComplete(rows: Readonly<Record<string, CommandRow>>): Promise<CompletionWords> {
  const options: [string, { name: string; help: string; choices: readonly string[] }[]][] = []
  for (const [name, { load }] of Object.entries(rows)) {
    const { command } = await load()
    const all = Object.entries({ ...command.options, ...globalOptions } as typeof command.options)
    options.push([name, all.map(([option, { help, choices = [] }]) => ({ name: `--${option}`, help, choices }))])
  }
  return {
    options: new Map(options),
    summaries: new Map(Object.entries(rows).map(([name, { summary }]) => [name, summary])),
    operands: {
      token: Object.keys(aliases),
      cache: ['ls', 'rm', 'path'],
      completion: ['bash', 'zsh', 'fish', 'pwsh'],
      verify: ['-'],
    },
  }
}
