import { credentialFields } from 'entrada/config'
import { type CommandRow, globalOptions } from '../framework/command.ts'
import { aliases } from '../token/aliases.ts'

/** An option as it is typed. */
export interface CompletedOption {
  /** With its hyphens. */
  readonly name: string
  /** Its one letter, without a hyphen. */
  readonly short: string | undefined
  readonly help: string
  /** What follows it: nothing, a file, the name of a profile, or a value, which may be one of `choices` where there are any. */
  readonly value: 'none' | 'file' | 'text' | ProfileQuery
  readonly choices: readonly string[]
}

/** Which profiles can be named: `entrada completion` prints their names when a shell asks for these. */
export type ProfileQuery = 'profiles' | 'own-profiles'

/** What may follow a command: its options, with their values where those are known, and words. */
export interface CompletionWords {
  /** Options by command. */
  readonly options: ReadonlyMap<string, readonly CompletedOption[]>
  readonly summaries: ReadonlyMap<string, string>
  /** Operands by command, where they are known. */
  readonly operands: Readonly<Record<string, readonly string[]>>
  /** The commands whose operand is a profile. */
  readonly profileOperands: Readonly<Record<string, ProfileQuery>>
}

/** Values that are not the only ones of an option. */
const knownValues: Readonly<Record<string, readonly string[]>> = {
  credential: Object.keys(credentialFields),
  scope: Object.keys(aliases),
  'allow-scope': Object.keys(aliases),
}

/** Reads every command's declaration, so that nothing has to be written twice. */
export async function wordsToComplete(rows: Readonly<Record<string, CommandRow>>): Promise<CompletionWords> {
  const options: [string, CompletedOption[]][] = []
  for (const [name, { load }] of Object.entries(rows)) {
    const { command } = await load()
    const all = Object.entries({ ...command.options, ...globalOptions } as typeof command.options)
    const completed = all.map(([option, { type, short, help, value, choices = knownValues[option] ?? [] }]) => {
      const isFile = value === 'FILE' || value === 'FOLDER'
      const named = option === 'profile' ? (name === 'login' ? 'own-profiles' : 'profiles') : 'text'
      const what: CompletedOption['value'] = type === 'boolean' ? 'none' : isFile ? 'file' : named
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
    profileOperands: { switch: 'own-profiles', logout: 'own-profiles' },
  }
}
