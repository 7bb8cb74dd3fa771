import type { CompletedOption, CompletionWords } from './words.ts'

/** The script of a shell. Everything is in it: completing starts no program. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish' | 'pwsh', words: CompletionWords): string {
  return { bash, zsh, fish, pwsh }[shell](words)
}

/** Both names of an option, with their hyphens. */
function namesOf({ name, short }: CompletedOption): string[] {
  return short === undefined ? [name] : [`-${short}`, name]
}

function bash({ options, operands }: CompletionWords): string {
  const cases = [...options].map(([command, all]) => {
    const values = all.flatMap((option) => {
      if (option.value === 'none') return []
      const listed =
        option.choices.length === 0 ? '' : `COMPREPLY=($(compgen -W '${option.choices.join(' ')}' -- "$word")); `
      // Without a list bash completes the names of files.
      return [`        ${namesOf(option).join('|')}) ${listed}return ;;`]
    })
    const offered = [...all.map(({ name }) => name), ...(operands[command] ?? [])].join(' ')
    return [
      `    ${command})`,
      '      case "$before" in',
      ...values,
      '      esac',
      `      COMPREPLY=($(compgen -W '${offered}' -- "$word")) ;;`,
    ].join('\n')
  })
  return `# bash completion for entrada
_entrada() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${[...options.keys()].join(' ')} --help --version' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
}
complete -o default -F _entrada entrada
`
}

function zsh({ options, summaries, operands }: CompletionWords): string {
  const said = (text: string): string => text.replace(/[[\]:'\\]/g, ' ')
  const commands = [...summaries].map(([name, summary]) => `    '${name}:${said(summary)}'`)
  const cases = [...options].map(([command, all]) => {
    const lines = all.map((option) => {
      const { name, short, help, choices } = option
      const action = choices.length > 0 ? `(${choices.join(' ')})` : option.value === 'file' ? '_files' : ' '
      const value = option.value === 'none' ? '' : `:value:${action}`
      const names = short === undefined ? `'${name}` : `{-${short},${name}}'`
      return `        '*'${names}[${said(help)}]${value}'`
    })
    return `      ${command}) _arguments \\\n${[...lines, `        '*:word:(${(operands[command] ?? []).join(' ')})'`].join(' \\\n')} ;;`
  })
  return `#compdef entrada
_entrada() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
_entrada "$@"
`
}

function fish({ options, summaries, operands }: CompletionWords): string {
  const said = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`
  const lines = ['# fish completion for entrada', 'complete -c entrada -f']
  for (const [name, summary] of summaries)
    lines.push(`complete -c entrada -n __fish_use_subcommand -a ${name} -d ${said(summary)}`)
  for (const [command, all] of options) {
    const when = `-n '__fish_seen_subcommand_from ${command}'`
    for (const option of all) {
      const { name, short, help, choices } = option
      const listed =
        choices.length > 0 ? ` -x -a ${said(choices.join(' '))}` : option.value === 'file' ? ' -r -F' : ' -x'
      const value = option.value === 'none' ? '' : listed
      const letter = short === undefined ? '' : ` -s ${short}`
      lines.push(`complete -c entrada ${when} -l ${name.slice(2)}${letter}${value} -d ${said(help)}`)
    }
    const known = operands[command]
    if (known !== undefined) lines.push(`complete -c entrada ${when} -a ${said(known.join(' '))}`)
  }
  return `${lines.join('\n')}\n`
}

function pwsh({ options, operands }: CompletionWords): string {
  const list = (words: readonly string[]): string => `@(${words.map((word) => `'${word}'`).join(', ')})`
  const rows = [...options].map(
    ([command, all]) => `    '${command}' = ${list([...all.map(({ name }) => name), ...(operands[command] ?? [])])}`,
  )
  const values = [...options].flatMap(([command, all]) =>
    all.flatMap((option) =>
      option.choices.length === 0
        ? []
        : namesOf(option).map((name) => `    '${command} ${name}' = ${list(option.choices)}`),
    ),
  )
  return `# PowerShell completion for entrada
Register-ArgumentCompleter -Native -CommandName entrada -ScriptBlock {
  param($word, $line, $position)
  $known = @{
${rows.join('\n')}
  }
  $values = @{
${values.join('\n')}
  }
  $parts = @($line.CommandElements | ForEach-Object { $_.ToString() })
  $before = if ($word) { $parts[-2] } else { $parts[-1] }
  $listed = if ($parts.Count -gt 2) { $values["$($parts[1]) $before"] }
  $offered = if ($listed) { $listed } elseif ($parts.Count -lt 2 -or ($parts.Count -eq 2 -and $word)) { $known.Keys | Sort-Object } else { $known[$parts[1]] }
  $offered | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`
}
