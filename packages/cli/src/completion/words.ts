import { type CommandRow, globalOptions } from '../framework/command.ts'
import { aliases } from '../token/aliases.ts'

/** An option as it is typed. */
export interface CompletedOption {
  /** With its hyphens. */
  readonly name: string
  /** Its one letter, without a hyphen. */
  readonly short: string | undefined
  readonly help: string
  /** What follows it: nothing, a file, or a value, which is one of `choices` where there are any. */
  readonly value: 'none' | 'file' | 'text'
  readonly choices: readonly string[]
}

/** What may follow a command: its options, with their values where those are known, and words. */
export interface CompletionWords {
  /** Options by command. */
  readonly options: ReadonlyMap<string, readonly CompletedOption[]>
  readonly summaries: ReadonlyMap<string, string>
  /** Operands by command, where they are known. */
  readonly operands: Readonly<Record<string, readonly string[]>>
}

/** Reads every command's declaration, so that nothing has to be written twice. */
export async function wordsToComplete(rows: Readonly<Record<string, CommandRow>>): Promise<CompletionWords> {
  const options: [string, CompletedOption[]][] = []
  for (const [name, { load }] of Object.entries(rows)) {
    const { command } = await load()
    const all = Object.entries({ ...command.options, ...globalOptions } as typeof command.options)
    const completed = all.map(([option, { type, short, help, value, choices = [] }]): CompletedOption => {
      const what = type === 'boolean' ? 'none' : value === 'FILE' ? 'file' : 'text'
      return { name: `--${option}`, short, help, value: what, choices }
    })
    options.push([name, completed])
  }
  return {
    options: new Map(options),
    summaries: new Map(Object.entries(rows).map(([name, { summary }]) => [name, summary])),
    operands: {
      token: Object.keys(aliases),
      cache: ['ls', 'rm', 'path'],
      completion: ['bash', 'zsh', 'fish', 'pwsh'],
      setup: ['kubectl', 'git', 'docker', 'npm', 'psql', 'terraform'],
      verify: ['-'],
    },
  }
}
