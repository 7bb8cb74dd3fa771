import type { Style } from '../output/style.ts'
import { columns, wrapped } from '../output/table.ts'
import type { Finding } from './finding.ts'
import { isWell, type Report } from './report.ts'

/** How a report is laid out. */
interface Page {
  style: Style
  width: number
}

/** The report for people. */
export function shownReport(report: Report, page: Page): string {
  const { trial, findings } = report
  const blocks = [headline(report, page)]
  if (trial.attempts.length > 1) blocks.push(chainTable(report, page))
  for (const finding of findings) blocks.push(shownFinding(finding, page))
  return `${blocks.join('\n\n')}\n`
}

function headline({ scope, subject, trial, findings, as }: Report, { style, width }: Page): string {
  const who = subject.profile === undefined ? '' : ` of profile ${subject.profile}`
  const errors = findings.filter(({ severity }) => severity === 'error').length
  if (as !== undefined) {
    const mark = trial.winner === undefined ? style.bad('✗') : style.good('✓')
    return marked(mark, `What would happen on ${as}, with the variables and the configuration found here:`, width)
  }
  if (trial.winner !== undefined) {
    const warnings = findings.length - errors
    const rest = warnings === 0 ? '' : ` ${warnings === 1 ? 'One thing' : `${warnings} things`} to look at.`
    return marked(style.good('✓'), `${trial.winner}${who} has a token for ${scope}.${rest}`, width)
  }
  if (isWell({ findings }) && trial.error === undefined) return marked(style.good('✓'), 'Nothing is wrong.', width)
  if (subject.make === undefined)
    return marked(style.bad('✗'), 'There is nothing that could be asked for a token.', width)
  return marked(style.bad('✗'), `${subject.credential}${who} has no token for ${scope}.`, width)
}

function chainTable({ trial: { attempts }, as }: Report, { style, width }: Page): string {
  const marks = { token: style.good('✓'), refused: style.bad('✗'), unavailable: style.dim('-') }
  const rows = attempts.map(({ credential, outcome, reason = '', milliseconds }) => [
    `  ${marks[outcome]} ${credential.replace(/Credential$/, '')}`,
    ...(as === undefined ? [style.dim(`${Math.round(milliseconds)} ms`)] : []),
    {
      token: as === undefined ? 'has a token' : 'would win',
      refused: 'was refused, which ends the chain',
      unavailable: firstSentence(reason),
    }[outcome],
  ])
  return `${style.heading('Chain')}\n${columns(rows, width)}`
}

/** What is said first is why; the finding has the rest. */
function firstSentence(reason: string): string {
  const words = reason.replace(/^is unavailable\. /, '')
  const [first = words] = /^.{10,}?[.:](?= |$)/.exec(words) ?? []
  const text = first.replace(/[.:]$/, '').replace(/ \(.*/, '')
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}

function shownFinding({ code, severity, what, why, change, run, lines = [] }: Finding, { style, width }: Page): string {
  const marks = { error: style.bad('✗'), warning: style.doubtful('!'), info: style.dim('i') }
  const rows = [[style.dim('  why   '), why], ...(change === undefined ? [] : [[style.dim('  change'), change]])]
  return [
    marked(marks[severity], `${style.bold(code)}  ${what}`, width),
    ...lines.map((line) => `    ${line}`),
    columns(rows, width),
    // Whole, so that it can be copied.
    ...(run === undefined ? [] : [`${style.dim('  run')}     ${run}`]),
  ].join('\n')
}

function marked(mark: string, text: string, width: number): string {
  return wrapped(text, width - 2)
    .map((line, index) => `${index === 0 ? mark : ' '} ${line}`)
    .join('\n')
}

/** The report for programs. */
export function jsonReport({ scope, subject, trial, findings, as }: Report): string {
  const attempts = trial.attempts.map(({ credential, outcome, milliseconds, reason, remedy }) => ({
    credential,
    outcome,
    milliseconds: Math.round(milliseconds),
    ...(reason === undefined ? {} : { reason }),
    ...(remedy === undefined ? {} : { remedy }),
  }))
  return JSON.stringify(
    {
      well: isWell({ findings }),
      scope,
      as,
      profile: subject.profile,
      credential: subject.credential,
      winner: trial.winner,
      attempts,
      findings: findings.map(({ explains: _, concerns: __, ...finding }) => finding),
    },
    null,
    2,
  )
}
