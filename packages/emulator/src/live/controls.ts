/** What the live view moves in a running emulator, besides the directory and what people have signed in to. */
export interface Controls {
  faults: {
    /** Plays each once, in order, for the next token requests. */
    next(...faults: readonly LiveFault[]): void
    clear(): void
    readonly pending: number
  }
  clock: {
    /** Moves it by this many milliseconds. */
    advance(ms: number): void
    reset(): void
    /** How far it has been moved, in milliseconds. */
    moved(): number
  }
  /** Revokes the refresh tokens of the user with this object id, or everyone's. */
  revoke(objectId: string | undefined): void
  /** The variables with which a program signs in as the app of this client id. */
  variables(clientId: string): Readonly<Record<string, string>>
}

/** What goes wrong with one token request. */
export interface LiveFault {
  status?: number
  /** Seconds. */
  retryAfter?: number
  /** Milliseconds. */
  delay?: number
  drop?: boolean
}

/** The faults that the live view offers, by the name of their choice. */
export const liveFaults: Readonly<Record<string, { label: string; fault: LiveFault }>> = {
  throttled: { label: '429 Too Many Requests, Retry-After: 2', fault: { status: 429, retryAfter: 2 } },
  unavailable: { label: '503 Service Unavailable', fault: { status: 503 } },
  slow: { label: 'answered after 10 seconds', fault: { delay: 10_000 } },
  dropped: { label: 'connection closed without an answer', fault: { drop: true } },
}
