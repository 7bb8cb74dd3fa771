import type { Check, Examination } from '../check.ts'
import type { Finding } from '../finding.ts'
import { chainMembers } from '../members.ts'
import { responseIn } from '../refused.ts'
import { capital } from '../shapes.ts'
import type { Trial } from '../trial.ts'

/** What the request for a token itself came to, where no other check is about it. */
export const outcome: Check = {
  looksAt: 'the request for a token',
  async run(examination) {
    const trial = await examination.tried()
    if (trial.winner !== undefined || examination.subject.make === undefined) return []
    return [faultIn(trial, examination)]
  },
}

function faultIn(trial: Trial, { subject, env }: Examination): Finding {
  const { error, attempts, isLate, isUnmade } = trial
  const { reason = error?.message ?? '', remedy } = (error ?? {}) as { reason?: string; remedy?: string }
  if (isLate) {
    const slow = waitedFor(trial, subject)
    return {
      code: 'ended-early',
      severity: 'error',
      what: `${slow} did not answer in time.`,
      why: /Cli|PowerShell/.test(slow)
        ? 'A developer’s tool takes a second or two to start, and longer where its own network is slow.'
        : 'The others that would have been asked after it were not.',
      change: 'Give it more time.',
      run: 'entrada doctor --timeout 10s',
      explains: ['no-credential'],
    }
  }
  if (isUnmade && subject.profile !== undefined) {
    const [path = ''] = subject.files
    const words = reason.startsWith(`${path}: `) ? reason.slice(path.length + 2) : reason
    return {
      code: 'profile-unusable',
      severity: 'error',
      what: `The profile ${subject.profile} cannot be used: ${words}`,
      why: 'Without it there is no credential that could be asked.',
      change: remedy ?? `Correct ${path}, or what it refers to.`,
      explains: ['no-credential'],
    }
  }
  if (responseIn(error)?.error === 'unexpected_identity') {
    return {
      code: 'unexpected-identity',
      severity: 'error',
      what: capital(reason),
      why: 'The profile’s expect lets tokens of nobody else out.',
      ...(remedy === undefined ? {} : { change: remedy }),
    }
  }
  if (error?.name === 'AuthenticationRequiredError' && responseIn(error) === undefined) {
    return {
      code: 'sign-in-needed',
      severity: 'error',
      what: 'A person has to sign in.',
      why: reason,
      run: subject.profile === undefined ? 'entrada login' : `entrada login --profile ${subject.profile}`,
    }
  }
  const platform = platformWithout(subject, env)
  if (platform !== undefined) {
    return {
      code: 'oidc-permission-missing',
      severity: 'error',
      what: 'The job may not get an identity token.',
      why: capital(attempts[0]?.reason ?? reason),
      change: platform,
      explains: ['no-credential'],
    }
  }
  return {
    code: 'no-credential',
    severity: 'error',
    what: attempts.length > 1 ? 'No credential has anything here to work with.' : `${trial.credential} has no token.`,
    why:
      attempts.length > 1
        ? 'No application’s variables are set, this is no Azure host, and no developer tool has a token.'
        : capital(reason),
    ...(remedy === undefined
      ? { change: 'Sign in, or set the variables of an application.', run: 'entrada login' }
      : { change: remedy }),
  }
}

/** Who was being asked when the time was up: the member that comes after the last one that had answered. */
function waitedFor({ credential, attempts }: Trial, { takesPart }: Examination['subject']): string {
  if (credential !== 'DefaultAzureCredential') return credential
  const last = chainMembers.indexOf(attempts.at(-1)?.credential ?? '')
  return chainMembers.slice(last + 1).find(takesPart) ?? credential
}

/** What to change in a pipeline whose job was to give a token, and has none to give. */
function platformWithout({ credential }: Examination['subject'], env: Examination['env']): string | undefined {
  const isChosen = (name: string): boolean =>
    credential === name || env.AZURE_TOKEN_CREDENTIALS?.trim().toLowerCase() === name.toLowerCase()
  if (isChosen('GitHubActionsCredential') && !env.ACTIONS_ID_TOKEN_REQUEST_URL?.trim())
    return 'Give the job permissions: { id-token: write, contents: read }.'
  if (isChosen('AzurePipelinesCredential') && !(env.SYSTEM_OIDCREQUESTURI?.trim() && env.SYSTEM_ACCESSTOKEN?.trim()))
    return 'Run it in a task with an Azure service connection, with SYSTEM_ACCESSTOKEN: $(System.AccessToken) in its env.'
  return undefined
}
