/** The outside world of a command. Only `main.ts` makes one from `process`. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths of arguments start from. */
  readonly cwd: string
  readonly platform: string
  /** Milliseconds since the epoch. */
  now(): number
  readonly stdin: NodeJS.ReadableStream & {
    isTTY?: boolean
    /** Only a terminal has it: keys arrive one by one and are not shown. */
    setRawMode?(raw: boolean): unknown
  }
  readonly stdout: TextStream
  readonly stderr: TextStream
  /** Aborted by Ctrl-C, or when the system ends the program. */
  readonly signal: AbortSignal
  /**
   * Hands signals (`SIGINT`, `SIGTERM`, `SIGHUP`) to the listener in place of aborting `signal`, until the function that
   * it returns is called.
   */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void
}

/** A stream that people or programs read. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean
  /** How wide the terminal is. */
  readonly columns?: number
}
