import type { Attempt } from 'entrada'
import type { Check, Examination } from '../check.ts'
import type { FindingCode } from '../codes.ts'
import type { Finding } from '../finding.ts'
import { codesOf } from '../refused.ts'

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
  { credential, reason = '', remedy }: Attempt,
  { title, login }: { title: string; login: string },
  meant: boolean,
): Finding[] {
  const isMissing = /could not be found|couldn't be found|is not installed/.test(reason)
  // That a tool is not here says nothing, where nobody said that it would be.
  if (isMissing && !meant) return []
  const code: FindingCode = isMissing
    ? 'tool-not-found'
    : /nobody is signed in|sign in again|not logged in/i.test(`${reason} ${remedy ?? ''}`)
      ? 'tool-not-signed-in'
      : 'tool-failed'
  const what = {
    'tool-not-found': `${title} is not installed, or not in a folder of PATH.`,
    'tool-not-signed-in': `Nobody is signed in to ${title}, or has to sign in again.`,
  }[code as string]
  return [
    {
      code,
      severity: 'error',
      concerns: [credential],
      what: what ?? `${title} gave no token.`,
      why: reason,
      change:
        code === 'tool-not-signed-in' && !/Run: /.test(remedy ?? '')
          ? login
          : (remedy ?? `Look what it says by hand: ${login}`),
      explains: ['no-credential'],
    },
  ]
}
