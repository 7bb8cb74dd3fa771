import { type FindingCode, findingCodes } from './codes.ts'
import type { Finding } from './finding.ts'
import { refusedAttempt } from './refused.ts'
import type { Subject } from './subject.ts'
import type { Trial } from './trial.ts'

/** What the doctor says. */
export interface Report {
  readonly scope: string
  readonly subject: Subject
  readonly trial: Trial
  /** The other host that the report is about. */
  readonly as?: string
  /** Causes first; what follows from another finding is left out. */
  readonly findings: readonly Finding[]
}

const order = Object.keys(findingCodes) as FindingCode[]
const severities = ['error', 'warning', 'info'] as const

/**
 * The findings as they are told. An error is what keeps the token away: if there is a token, or another credential than the
 * one it concerns was refused, it is a warning. Of errors, those that follow from another one are left out.
 */
export function assemble(scope: string, subject: Subject, trial: Trial, found: readonly Finding[]): Report {
  const refused = refusedAttempt(trial)
  const isOutcome = refused !== undefined && trial.winner === undefined
  const weighed = [...subject.findings, ...found].map((finding): Finding => {
    if (finding.severity !== 'error') return finding
    const isElsewhere = isOutcome && finding.concerns !== undefined && !finding.concerns.includes(refused.credential)
    return trial.winner !== undefined || isElsewhere ? { ...finding, severity: 'warning' } : finding
  })
  const explained = new Set(
    weighed.filter(({ severity }) => severity === 'error').flatMap(({ explains = [] }) => explains),
  )
  const left = weighed.filter(({ code }) => !explained.has(code))
  // What is seen here tells more than a refusal that says the same.
  const seen = new Set(left.filter(({ aadsts }) => aadsts === undefined).map(({ code }) => code))
  const told = left.filter(({ code, aadsts }) => aadsts === undefined || !seen.has(code))
  // Good to know where nothing else is wrong; beside a cause it only leads away from it.
  const hasCause = told.some(({ severity, code }) => severity === 'error' && code !== 'no-credential')
  const shown = hasCause ? told.filter(({ severity }) => severity !== 'info') : told
  const rank = ({ severity, code }: Finding): number => severities.indexOf(severity) * 1000 + order.indexOf(code)
  return { scope, subject, trial, findings: shown.sort((one, other) => rank(one) - rank(other)) }
}

/** Whether something keeps the token away. */
export function isWell({ findings }: Pick<Report, 'findings'>): boolean {
  return findings.every(({ severity }) => severity !== 'error')
}
