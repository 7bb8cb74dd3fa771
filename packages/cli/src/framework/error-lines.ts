import type { Output } from '../output/output.ts'

/** How many causes `--verbose` follows. */
const longestStory = 8

/** What became of one member of a chain: a part of the library's `Attempt`, which this folder does not know. */
interface Attempt {
  credential: string
  outcome: string
  reason?: string
  remedy?: string
}

/** An error as the terminal shows it: one line, and with `--verbose` what led to it. Never a stack. */
export function errorLines(
  error: unknown,
  { errorStyle, isVerbose }: Pick<Output, 'errorStyle' | 'isVerbose'>,
): string {
  if ((error as Error | undefined)?.name === 'AbortError') return ''
  const lines = [`${errorStyle.bad('entrada:')} ${summary(error)}`]
  if (isVerbose) lines.push(...story(error).map((line) => errorStyle.dim(`  ${line}`)))
  return `${lines.join('\n')}\n`
}

/** The message, but for a chain none of whose members can be used: that would be a screenful, so it is counted here. */
function summary(error: unknown): string {
  const attempts = attemptsOf(error)
  if ((error as Error | undefined)?.name !== 'AggregateAuthenticationError' || attempts.length < 2)
    return oneLine(error)
  const [who = 'the chain'] = oneLine(error).split(':')
  return `${who}: none of its ${attempts.length} credentials can be used here. Sign in with entrada login, or see why with entrada doctor.`
}

function attemptsOf(error: unknown): readonly Attempt[] {
  return (error as { attempts?: readonly Attempt[] } | undefined)?.attempts ?? []
}

/** What became of each member of a chain, and the causes behind the error. */
function story(error: unknown): string[] {
  const attempts = attemptsOf(error)
  const width = Math.max(0, ...attempts.map(({ credential }) => credential.length))
  const lines = attempts.map(({ credential, outcome, reason = outcome, remedy }) =>
    [credential.padEnd(width), ' ', reason, remedy].filter(Boolean).join(' '),
  )
  let cause = (error as Error | undefined)?.cause
  for (let depth = 0; cause !== undefined && depth < longestStory; depth++) {
    lines.push(`because of ${oneLine(cause)}`)
    cause = (cause as Error | undefined)?.cause
  }
  return lines
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/\s*\n\s*/g, ' ').trim()
}
