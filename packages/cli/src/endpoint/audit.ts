import type { FamilyName } from './family.ts'

/** What became of one request. It holds no token and no secret. */
export interface AuditEntry {
  /** Milliseconds since the epoch. */
  at: number
  status: number
  family?: FamilyName
  /** The resource or audience that was asked for. */
  resource?: string
  /** Address and port of the client, or `socket`. */
  peer: string
  milliseconds: number
  /** Why it was refused. */
  reason?: string
}

/** One line: when, status, family, resource, client, how long it took, and why it was refused. */
export function auditLine({ at, status, family, resource, peer, milliseconds, reason }: AuditEntry): string {
  const asked = resource === undefined ? '-' : quotedIfOdd(resource)
  const head = `${new Date(at).toISOString()} ${status} ${family ?? '-'} ${asked} ${peer} ${Math.round(milliseconds)} ms`
  return reason === undefined ? head : `${head}: ${plain(reason, 400)}`
}

/** What a client sent, so that it cannot break the line, colour the terminal or look like two fields. */
function quotedIfOdd(text: string): string {
  return /^[\w.:/@~%+=-]{1,200}$/.test(text) ? text : JSON.stringify(plain(text, 200))
}

function plain(text: string, longest: number): string {
  return text
    .slice(0, 4 * longest)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ')
    .trim()
    .slice(0, longest)
}

/** Refusals that are written in full in one second; the rest is counted. */
const fullRefusals = 20

/**
 * Writes a line an entry. A client that is refused again and again must not fill a disk: of the refusals of one second only
 * the first are written, and how many more there were is written with the next entry.
 */
export function auditLog(write: (line: string) => void): (entry: AuditEntry) => void {
  let second = Number.NaN
  let refused = 0
  const summary = (): void => {
    if (refused > fullRefusals) write(`${refused - fullRefusals} more requests were refused in that second`)
  }
  return (entry) => {
    const now = Math.floor(entry.at / 1000)
    if (now !== second) {
      summary()
      second = now
      refused = 0
    }
    if (entry.status >= 400 && ++refused > fullRefusals) return
    write(auditLine(entry))
  }
}
