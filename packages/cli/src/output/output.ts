import { hasColours, type Style, styleFor } from './style.ts'

interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** What an output needs of the outside world. */
export interface OutputWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Stream
  readonly stderr: Stream
}

/** Where a command's words go. */
export interface Output {
  /** The command's answer, and nothing else: standard output, with a line break at its end. */
  answer(text: string): void
  /** For whoever sits at the terminal: standard error, and silent where that is a pipe. */
  note(text: string): void
  /** Something that somebody should look at: standard error, always. */
  warn(text: string): void
  /** Standard error, with `--verbose` alone. */
  verbose(text: string): void
  /** Shows what is waited for, on a terminal and after 300 ms, until the promise has settled. */
  progress<T>(what: string, work: Promise<T>): Promise<T>
  readonly isVerbose: boolean
  /** For standard output. */
  readonly style: Style
  /** For standard error. */
  readonly errorStyle: Style
  /** How wide text is set: the columns of the terminal, 80 in a pipe, never more than 120. */
  readonly width: number
  /** How long a line of a list may be: the columns of the terminal, however many. In a pipe a line has no end. */
  readonly room: number
}

export interface OutputOptions {
  isVerbose: boolean
  noColours: 'forbidden' | undefined
}

export function openOutput(world: OutputWorld, { isVerbose, noColours }: OutputOptions): Output {
  const { stdout, stderr, env } = world
  const errorStyle = styleFor(hasColours(stderr, env, noColours))
  return {
    answer: (text) => void stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    note: (text) => void (stderr.isTTY === true && stderr.write(`${text}\n`)),
    warn: (text) => void stderr.write(`${errorStyle.doubtful('warning:')} ${text}\n`),
    verbose: (text) => void (isVerbose && stderr.write(`${errorStyle.dim(text)}\n`)),
    async progress(what, work) {
      // A spinner in a log is a thousand lines; CI systems may well have a terminal.
      if (stderr.isTTY !== true || env.CI || isVerbose) return work
      const { whileSpinning } = await import('./spinner.ts')
      return whileSpinning(stderr, what, work)
    },
    isVerbose,
    style: styleFor(hasColours(stdout, env, noColours)),
    errorStyle,
    width: Math.min(120, columnsOf(stdout) ?? 80),
    room: columnsOf(stdout) ?? Number.POSITIVE_INFINITY,
  }
}

/** Columns of a terminal that says how many it has. */
function columnsOf({ isTTY, columns }: Stream): number | undefined {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : undefined
}
