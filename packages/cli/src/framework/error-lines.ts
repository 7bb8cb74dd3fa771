import type { Output } from '../output/output.ts'

/** How many causes `--verbose` follows. */
const longestStory = 8

/** An error as the terminal shows it: one line, and with `--verbose` what led to it. Never a stack. */
export function errorLines(
  error: unknown,
  { errorStyle, isVerbose }: Pick<Output, 'errorStyle' | 'isVerbose'>,
): string {
  if ((error as Error | undefined)?.name === 'AbortError') return ''
  const lines = [`${errorStyle.bad('entrada:')} ${oneLine(error)}`]
  if (isVerbose) lines.push(...story(error).map((line) => errorStyle.dim(`  ${line}`)))
  return `${lines.join('\n')}\n`
}

/** What became of each member of a chain, and the causes behind the error. */
function story(error: unknown): string[] {
  const lines: string[] = []
  const { attempts = [] } = (error ?? {}) as {
    attempts?: readonly { credential: string; outcome: string; reason?: string }[]
  }
  for (const { credential, outcome, reason = '' } of attempts)
    lines.push(`${credential}: ${outcome}. ${reason}`.trimEnd())
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
