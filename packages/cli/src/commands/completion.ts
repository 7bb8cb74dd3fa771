import { type Command, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'

const shells = ['bash', 'zsh', 'fish', 'pwsh'] as const

export const command: Command = defineCommand({
  name: 'completion',
  summary: 'Print a script that completes commands, options and aliases in a shell.',
  usage: '<bash | zsh | fish | pwsh>',
  operands: { min: 1 },
  options: {},
  examples: [
    { does: 'bash', line: 'entrada completion bash > ~/.local/share/bash-completion/completions/entrada' },
    { does: 'zsh', line: 'entrada completion zsh > ~/.zfunc/_entrada' },
    { does: 'fish', line: 'entrada completion fish > ~/.config/fish/completions/entrada.fish' },
    { does: 'PowerShell', line: 'entrada completion pwsh >> $PROFILE' },
  ],
  async run({ positionals: [shell = ''], out, commands }) {
    if (!(shells as readonly string[]).includes(shell))
      throw usageFailure(`unknown shell ${JSON.stringify(shell.slice(0, 40))}.`, `There are ${shells.join(', ')}.`)
    const { completionScript } = await import('../completion/script.ts')
    const { wordsToComplete } = await import('../completion/words.ts')
    out.answer(completionScript(shell as (typeof shells)[number], await wordsToComplete(commands)))
  },
})
