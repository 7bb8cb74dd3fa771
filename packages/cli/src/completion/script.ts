import type { CompletedOption, CompletionWords, ProfileQuery } from './words.ts'

/** The script of a shell. Everything is in it but the names of profiles: completing starts no program, except for those. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish' | 'pwsh', words: CompletionWords): string {
  return { bash, zsh, fish, pwsh }[shell](words)
}

/** Both names of an option, with their hyphens. */
function namesOf({ name, short }: CompletedOption): string[] {
  return short === undefined ? [name] : [`-${short}`, name]
}

/** The names of profiles, for an option or an operand. */
function queryOf({ value }: CompletedOption): ProfileQuery | undefined {
  return value === 'profiles' || value === 'own-profiles' ? value : undefined
}

function bash({ options, operands, profileOperands }: CompletionWords): string {
  const cases = [...options].map(([command, all]) => {
    const values = all.flatMap((option) => {
      if (option.value === 'none') return []
      const query = queryOf(option)
      const words = query === undefined ? `'${option.choices.join(' ')}'` : `"$(_entrada_profiles ${query})"`
      const hasWords = query !== undefined || option.choices.length > 0
      const listed = hasWords ? `COMPREPLY=($(compgen -W ${words} -- "$word")); ` : ''
      // Without a list bash completes the names of files.
      return [`        ${namesOf(option).join('|')}) ${listed}return ;;`]
    })
    const offered = [...all.map(({ name }) => name), ...(operands[command] ?? [])].join(' ')
    const query = profileOperands[command]
    const profiles = query === undefined ? '' : ` $(_entrada_profiles ${query})`
    return [
      `    ${command})`,
      '      case "$before" in',
      ...values,
      '      esac',
      `      COMPREPLY=($(compgen -W "${offered}${profiles}" -- "$word")) ;;`,
    ].join('\n')
  })
  return `# bash completion for entrada
_entrada_profiles() {
  command entrada completion "$1" -- "\${COMP_WORDS[@]:1}" 2>/dev/null
}
_entrada() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  # Of --option=value the option, the sign and the value are words.
  if [ "$word" = = ]; then
    word=
  elif [ "$before" = = ]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
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

function zsh({ options, summaries, operands, profileOperands }: CompletionWords): string {
  const said = (text: string): string => text.replace(/[[\]:'\\]/g, ' ')
  const commands = [...summaries].map(([name, summary]) => `    '${name}:${said(summary)}'`)
  const cases = [...options].map(([command, all]) => {
    const lines = all.map((option) => {
      const { name, short, help, choices } = option
      const query = queryOf(option)
      const listed = choices.length > 0 ? `(${choices.join(' ')})` : option.value === 'file' ? '_files' : ' '
      const action = query === undefined ? listed : ` _entrada_profiles ${query}`
      const value = option.value === 'none' ? '' : `:value:${action}`
      // The value may follow in the same word, too.
      const long = option.value === 'none' ? name : `${name}=`
      const names = short === undefined ? `'${long}` : `{-${short},${long}}'`
      return `        '*'${names}[${said(help)}]${value}'`
    })
    const query = profileOperands[command]
    const words = query === undefined ? `(${(operands[command] ?? []).join(' ')})` : ` _entrada_profiles ${query}`
    return `      ${command}) _arguments \\\n${[...lines, `        '*:word:${words}'`].join(' \\\n')} ;;`
  })
  return `#compdef entrada
_entrada_profiles() {
  local -a names
  local expl
  names=(\${(f)"$(command entrada completion $1 -- "\${words[@]}" 2>/dev/null)"})
  _wanted profiles expl profile compadd -a names
}
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

function fish({ options, summaries, operands, profileOperands }: CompletionWords): string {
  const said = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`
  const asked = (query: ProfileQuery): string =>
    `(command entrada completion ${query} -- (commandline -opc) 2>/dev/null)`
  const lines = ['# fish completion for entrada', 'complete -c entrada -f']
  for (const [name, summary] of summaries)
    lines.push(`complete -c entrada -n __fish_use_subcommand -a ${name} -d ${said(summary)}`)
  for (const [command, all] of options) {
    const when = `-n '__fish_seen_subcommand_from ${command}'`
    for (const option of all) {
      const { name, short, help, choices } = option
      const query = queryOf(option)
      const words = query === undefined ? choices.join(' ') : asked(query)
      const listed = words !== '' ? ` -x -a ${said(words)}` : option.value === 'file' ? ' -r -F' : ' -x'
      const value = option.value === 'none' ? '' : listed
      const letter = short === undefined ? '' : ` -s ${short}`
      lines.push(`complete -c entrada ${when} -l ${name.slice(2)}${letter}${value} -d ${said(help)}`)
    }
    const query = profileOperands[command]
    const known = query === undefined ? operands[command] : [asked(query)]
    if (known !== undefined) lines.push(`complete -c entrada ${when} -a ${said(known.join(' '))}`)
  }
  return `${lines.join('\n')}\n`
}

function pwsh({ options, operands, profileOperands }: CompletionWords): string {
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
  const queries = [...options].flatMap(([command, all]) =>
    all.flatMap((option) => {
      const query = queryOf(option)
      return query === undefined ? [] : namesOf(option).map((name) => `    '${command} ${name}' = '${query}'`)
    }),
  )
  const ofOperands = Object.entries(profileOperands).map(([command, query]) => `    '${command}' = '${query}'`)
  return `# PowerShell completion for entrada
Register-ArgumentCompleter -Native -CommandName entrada -ScriptBlock {
  param($word, $line, $position)
  $known = @{
${rows.join('\n')}
  }
  $values = @{
${values.join('\n')}
  }
  $profiles = @{
${[...queries, ...ofOperands].join('\n')}
  }
  $parts = @($line.CommandElements | ForEach-Object { $_.ToString() })
  $before = if ($word) { $parts[-2] } else { $parts[-1] }
  $listed = if ($parts.Count -gt 2) { $values["$($parts[1]) $before"] }
  $query = if ($parts.Count -gt 2) { $profiles["$($parts[1]) $before"] }
  $offered = if ($query) { entrada completion $query '--' $parts 2>$null } elseif ($listed) { $listed } elseif ($parts.Count -lt 2 -or ($parts.Count -eq 2 -and $word)) { $known.Keys | Sort-Object } else {
    $known[$parts[1]]
    if ($profiles[$parts[1]]) { entrada completion $profiles[$parts[1]] 2>$null }
  }
  $offered | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`
}
