import type { Attempt } from 'entrada'
import type { Check, Examination } from '../check.ts'
import type { Finding } from '../finding.ts'
import { codesOf, kindOf } from '../refused.ts'
import { capital } from '../shapes.ts'

const tools: Readonly<Record<string, { title: string; login: string }>> = {
  AzureCliCredential: { title: 'Azure CLI', login: 'az login' },
  AzurePowerShellCredential: { title: 'Azure PowerShell', login: 'Connect-AzAccount' },
  AzureDeveloperCliCredential: { title: 'Azure Developer CLI', login: 'azd auth login' },
}

/** The developer tools that were asked: those that are meant, or that are here and could have a token. */
export const developerTools: Check = {
  looksAt: 'the developer tools',
  async run(examination) {
    const { attempts, winner } = await examination.tried()
    if (winner !== undefined) return []
    return attempts.flatMap((attempt) => {
      const tool = tools[attempt.credential]
      if (tool === undefined || attempt.outcome === 'token' || codesOf(attempt.error).length > 0) return []
      return faultIn(attempt, tool, isMeant(attempt.credential, examination))
    })
  },
}

function isMeant(name: string, { subject, env }: Examination): boolean {
  return subject.credential === name || env.AZURE_TOKEN_CREDENTIALS?.trim().toLowerCase() === name.toLowerCase()
}

function faultIn(
  { credential, reason = '', remedy, error }: Attempt,
  { title, login }: { title: string; login: string },
  meant: boolean,
): Finding[] {
  const kind = kindOf(error)
  // That a tool is not here says nothing, where nobody said that it would be.
  if (kind === 'tool-missing' && !meant) return []
  const common = {
    severity: 'error',
    concerns: [credential],
    why: capital(reason),
    explains: ['no-credential'],
  } as const
  if (kind === 'tool-missing') {
    const what = `${title} is not installed, or not in a folder of PATH.`
    return [{ ...common, code: 'tool-not-found', what, ...(remedy === undefined ? {} : { change: remedy }) }]
  }
  if (kind === 'tool-signed-out') {
    const what = `Nobody is signed in to ${title}, or has to sign in again.`
    return [
      { ...common, code: 'tool-not-signed-in', what, ...(remedy === undefined ? { run: login } : { change: remedy }) },
    ]
  }
  const change = remedy ?? 'Look what it says by hand.'
  return [{ ...common, code: 'tool-failed', what: `${title} gave no token.`, change, run: login }]
}
