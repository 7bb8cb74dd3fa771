import type { FindingCode } from './codes.ts'

/** `error`: there is no token because of it. `warning`: somebody should look at it. `info`: good to know. */
type Severity = 'error' | 'warning' | 'info'

/** Something that was found. Every text is a sentence that holds no secret. */
export interface Finding {
  code: FindingCode
  severity: Severity
  /** What is wrong. */
  what: string
  /** Why that keeps the token away, or how it is known. */
  why: string
  /** What to change, in a sentence. */
  change?: string
  /** A line to type, or one to type once its ellipsis is filled in. */
  run?: string
  /** Rows that show the difference, already aligned. */
  lines?: readonly string[]
  /** Entra ID's code, without its prefix. */
  aadsts?: number
  /** The credentials that it keeps from a token; without them, all. If another one was refused, it is a warning. */
  concerns?: readonly string[]
  /** Findings that follow from this one, and are left out. */
  explains?: readonly FindingCode[]
}
