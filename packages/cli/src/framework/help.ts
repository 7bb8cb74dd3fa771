import type { Style } from '../output/style.ts'
import { columns, wrapped } from '../output/table.ts'
import { type Command, type CommandRow, globalOptions, type OptionDeclarations } from './command.ts'

/** How help is laid out. */
export interface HelpPage {
  style: Style
  /** Columns of the terminal. */
  width: number
}

/** `entrada --help`: what there is. */
export function helpOfProgram(rows: Readonly<Record<string, CommandRow>>, { style, width }: HelpPage): string {
  const list = Object.entries(rows).map(([name, { summary }]) => [`  ${style.bold(name)}`, summary])
  const flags = [...optionRows(globalOptions), ['  --version', 'Show the version']]
  return [
    'Microsoft Entra ID tokens for every tool, container and pipeline.',
    '',
    style.heading('Usage'),
    '  entrada <command> [options]',
    '',
    style.heading('Commands'),
    columns(list, width),
    '',
    style.heading('Options of every command'),
    columns(flags, width),
    '',
    style.heading('Examples'),
    '  $ entrada token arm',
    '  $ entrada login --profile work',
    '  $ entrada exec -- terraform plan',
    '',
    'entrada <command> --help shows what a command does.',
    '',
  ].join('\n')
}

/** `entrada <command> --help`. */
export function helpOfCommand(command: Command, { style, width }: HelpPage): string {
  const { name, summary, usage = '', options, notes = [], examples } = command
  const own = optionRows(options)
  return [
    ...wrapped(summary, width),
    '',
    style.heading('Usage'),
    // What follows -- is another program's, and options would be too.
    `  ${['entrada', name, ...(/^\[?--/.test(usage) ? ['[options]', usage] : [usage, '[options]'])].filter(Boolean).join(' ')}`,
    '',
    ...(own.length === 0 ? [] : [style.heading('Options'), columns(own, width), '']),
    style.heading('Options of every command'),
    columns(optionRows(globalOptions), width),
    '',
    ...notes.flatMap((note) => [...wrapped(note, width), '']),
    style.heading('Examples'),
    ...examples.flatMap(({ does, line }) => [`  ${style.dim(`# ${does}`)}`, `  $ ${line}`, '']),
  ].join('\n')
}

function optionRows(options: OptionDeclarations): string[][] {
  return Object.entries(options).map(([name, { short, value, type, choices, help }]) => {
    const shown = type === 'boolean' ? '' : ` ${value ?? 'VALUE'}`
    const listed = choices === undefined ? '' : `. One of ${choices.join(', ')}`
    return [`  ${short === undefined ? '    ' : `-${short}, `}--${name}${shown}`, `${help}${listed}`]
  })
}
