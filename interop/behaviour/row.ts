import type * as identity from '@azure/identity'

/** Either library, as a program sees it that was written for `@azure/identity` and has changed its import. */
export type Library = typeof identity

/** One behaviour that a program may lean on. */
export type Row = {
  name: string
  /** What a program sees of it, as a value that can be compared. */
  see(library: Library): unknown
} & (Same | OnPurpose)

interface Same {
  /** What either library does. */
  both: unknown
}

interface OnPurpose {
  /** What `@azure/identity` does. */
  peer: unknown
  ours: unknown
  /** The row of the migration guide that tells of it: how its first cell begins. */
  onPurpose: string
}
