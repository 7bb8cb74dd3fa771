import type { World } from '../framework/world.ts'
import type { Finding } from './finding.ts'
import { chainMembers } from './members.ts'
import { kindOf } from './refused.ts'
import { capital } from './shapes.ts'
import type { Subject } from './subject.ts'
import type { Trial } from './trial.ts'

type Env = World['env']

/** A host that is asked about, and who would ask there. */
interface Elsewhere {
  as: string
  /** The credential that is the host’s own. */
  own: string
  /** The variables as they would be there. */
  env: Env
  subject: Pick<Subject, 'credential' | 'profile' | 'takesPart'>
}

/** Who would win there, and what to change if that is not the host’s own credential. */
export function foundElsewhere(trial: Trial, there: Elsewhere): Finding {
  const { winner } = trial
  const { as, own, env, subject } = there
  if (winner === undefined) return nobody(trial, there)
  if (subject.credential === 'DefaultAzureCredential') return winner === own ? itsOwn(there) : another(winner, there)
  const who = subject.profile === undefined ? '--credential' : `The profile ${subject.profile}`
  const isAlone = trial.attempts.length === 1
  const why = isAlone
    ? `${who} asks it and no other, wherever it runs.`
    : `It is the first of the chain of ${who.replace('T', 't')} that has what it needs there.`
  const finding = { code: 'other-host', severity: 'info', what: `On ${as}, ${winner} would win.`, why } as const
  return winner === 'ManagedIdentityCredential' && subject.profile === undefined
    ? { ...finding, ...identityAsked(env) }
    : finding
}

function itsOwn({ as, own, env }: Elsewhere): Finding {
  const asked = own === 'ManagedIdentityCredential' ? identityAsked(env) : {}
  const why = 'It is the first that has what it needs there.'
  return { code: 'other-host', severity: 'info', what: `On ${as}, ${own} would win.`, why, ...asked }
}

/** `AZURE_CLIENT_ID` comes along, and is the id of an identity there. */
function identityAsked(env: Env): Partial<Finding> {
  if (!env.AZURE_CLIENT_ID?.trim()) return {}
  return {
    why: 'AZURE_CLIENT_ID asks for a user-assigned identity, which has to be assigned there.',
    change: 'Assign that identity to the host, or leave AZURE_CLIENT_ID out for its own',
  }
}

function another(winner: string, { as, own, env }: Elsewhere): Finding {
  const variable = setFor(winner, env)
  return {
    code: 'other-host',
    severity: 'warning',
    what: `On ${as}, ${winner} would win, and ${own.replace(/Credential$/, '')} would not be asked.`,
    why: `${variable} would be set there too, and ${winner} ${isMember(own) ? 'comes first' : 'is in the default chain'}.`,
    change: isMember(own)
      ? `Leave ${variable} out there, or set AZURE_TOKEN_CREDENTIALS=${own}`
      : `Leave ${variable} out there, and ${named(own)}`,
  }
}

function nobody({ attempts, error }: Trial, { as, own, subject, env }: Elsewhere): Finding {
  const found = {
    code: 'other-host-none',
    severity: 'error',
    what: `On ${as}, no credential would have a token.`,
  } as const
  const attempt = attempts.find(({ credential }) => credential === own)
  const isDefault = subject.credential === 'DefaultAzureCredential'
  // It is asked there, so what it says is why.
  if (attempt?.reason !== undefined && (!isDefault || subject.takesPart(own))) {
    const isTooMuch = kindOf(attempt.error) === 'identity-not-supported' && Boolean(env.AZURE_CLIENT_ID?.trim())
    const change = isTooMuch ? 'Leave AZURE_CLIENT_ID out there.' : attempt.remedy
    return { ...found, why: `${own}: ${attempt.reason}`, ...(change === undefined ? {} : { change }) }
  }
  if (!isDefault) {
    const why = error?.message ?? 'Nothing is set up for it.'
    return { ...found, why, change: `Use a profile with ${own} there, or --credential ${own}.` }
  }
  if (!isMember(own)) {
    const why = `${own} is no member of the default chain, and no other member has what it needs there.`
    return { ...found, why, change: capital(named(own)) }
  }
  return {
    ...found,
    why: 'None of the chain has what it needs there.',
    change: `Let ${own} take part: AZURE_TOKEN_CREDENTIALS=${own}`,
  }
}

function isMember(own: string): boolean {
  return chainMembers.includes(own)
}

/** How a credential is chosen that no chain has by itself. */
function named(own: string): string {
  return `name it: --credential ${own}, in a task with a service connection and SYSTEM_ACCESSTOKEN: $(System.AccessToken) in its env`
}

/** The variables that make a credential usable. */
function setFor(winner: string, env: Env): string {
  const names =
    winner === 'EnvironmentCredential'
      ? ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH', 'AZURE_PASSWORD']
      : ['AZURE_FEDERATED_TOKEN_FILE', 'IDENTITY_ENDPOINT', 'MSI_ENDPOINT']
  return names.find((name) => env[name]?.trim()) ?? 'what it needs'
}
