import { type Command, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import { nameQueries, profileNames } from '../profile/profile-names.ts'

const shells = ['bash', 'zsh', 'fish', 'pwsh'] as const

export const command: Command = defineCommand({
  name: 'completion',
  summary: 'Print a script that completes commands, options, aliases and names of profiles in a shell.',
  usage: '<bash | zsh | fish | pwsh>',
  operands: { min: 1 },
  // The line that a script asks about, which may have options of other commands.
  takesRest: true,
  options: {},
  examples: [
    { does: 'bash', line: 'entrada completion bash > ~/.local/share/bash-completion/completions/entrada' },
    { does: 'zsh', line: 'entrada completion zsh > ~/.zfunc/_entrada' },
    { does: 'fish', line: 'entrada completion fish > ~/.config/fish/completions/entrada.fish' },
    { does: 'PowerShell', line: 'entrada completion pwsh >> $PROFILE' },
  ],
  async run({ positionals: [shell = ''], rest, world, out, commands }) {
    const query = nameQueries.find((name) => name === shell)
    if (query !== undefined) {
      const names = await profileNames(query, rest, world)
      if (names.length > 0) out.answer(names.join('\n'))
      return
    }
    if (rest.length > 0) throw usageFailure('nothing may follow --: entrada completion <shell>.')
    if (!(shells as readonly string[]).includes(shell))
      throw usageFailure(`unknown shell ${JSON.stringify(shell.slice(0, 40))}.`, `There are ${shells.join(', ')}.`)
    const { completionScript } = await import('../completion/script.ts')
    const { wordsToComplete } = await import('../completion/words.ts')
    out.answer(completionScript(shell as (typeof shells)[number], await wordsToComplete(commands)))
  },
})
