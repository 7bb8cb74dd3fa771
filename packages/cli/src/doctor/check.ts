import type { Finding } from './finding.ts'
import type { Reach } from './reach.ts'
import type { Subject } from './subject.ts'
import type { Trial } from './trial.ts'
import type { FederatedCredential } from './trusted-credentials.ts'

/** What checks look at. What takes time is asked for by a function, which asks once however many checks call it. */
export interface Examination {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly scope: string
  readonly subject: Subject
  /** What the app registration trusts, if the person has it at hand. */
  readonly trusts: readonly FederatedCredential[] | undefined
  /** Milliseconds since the epoch. */
  now(): number
  /** What became of the request for a token. */
  tried(): Promise<Trial>
  /** Whether the authority can be reached. */
  reached(): Promise<Reach>
  /** Aborted when the time is up. */
  readonly signal: AbortSignal
}

/** One look at one thing. */
export interface Check {
  /** What it looks at, for a finding that it did not end. */
  readonly looksAt: string
  run(examination: Examination): readonly Finding[] | Promise<readonly Finding[]>
}

/** Runs all checks at once. One that has not ended when the time is up, or that fails itself, is a finding. */
export async function runChecks(checks: readonly Check[], examination: Examination): Promise<Finding[]> {
  const { signal } = examination
  const late = new Promise<'late'>((resolve) => {
    // Checks that heed the signal have a moment to say what they know.
    const give = (): unknown => setTimeout(resolve, 50, 'late')
    if (signal.aborted) give()
    else signal.addEventListener('abort', give, { once: true })
  })
  const found = await Promise.all(checks.map((check) => ended(check, examination, late)))
  return found.flat()
}

async function ended(check: Check, examination: Examination, late: Promise<'late'>): Promise<readonly Finding[]> {
  const running = (async () => check.run(examination))().catch((error: unknown) => {
    if (examination.signal.aborted) return 'late' as const
    return [unfinished(check, error instanceof Error ? error.message : String(error))]
  })
  const found = await Promise.race([running, late])
  return found === 'late' ? [unfinished(check, 'There was no answer in time.')] : found
}

function unfinished({ looksAt }: Check, why: string): Finding {
  return {
    code: 'ended-early',
    severity: 'warning',
    what: `The look at ${looksAt} did not end.`,
    why,
    change: 'Give it more time.',
    run: 'entrada doctor --timeout 10s',
  }
}
