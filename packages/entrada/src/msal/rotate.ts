import { entriesOf, type MsalDocument, setEntry, textField } from './document.ts'

/** A refresh token that was used, and the one that came for it. */
export interface Rotation {
  key: string
  used: string
  next: string
  /** Milliseconds since the epoch. */
  now: number
}

/**
 * Puts the new refresh token in the place of the one that was used. Nothing changes, and the answer is false, where
 * that one is not there any more: another program has put a newer one in its place, or the user has signed out.
 */
export function rotateRefreshToken(document: MsalDocument, { key, used, next, now }: Rotation): boolean {
  const entry = entriesOf(document, 'RefreshToken').find(([name]) => name === key)?.[1]
  if (entry === undefined || textField(entry, 'secret') !== used) return false
  setEntry(document, 'RefreshToken', key, { secret: next, last_modification_time: String(Math.floor(now / 1000)) })
  return true
}
