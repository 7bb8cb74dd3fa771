import type { App, Tenant } from '../directory/entries.ts'
import type { SeenRequest } from './traffic.ts'

/** A refused request, with what the directory knows of it. */
export interface Refused {
  seen: SeenRequest
  /** Of the query and the form. */
  parameters: Readonly<Record<string, string | undefined>>
  app: App | undefined
  /** The one that the path names. */
  tenant: Tenant | undefined
}

/** One thing that a refused request sent, beside what the directory declares. */
export interface Comparison {
  what: string
  sent: string
  declared: string
  /** Whether the one is what the other asks for. */
  matches: boolean
}

/** Several values for people. */
export function listed(values: readonly string[]): string {
  return values.join(', ') || 'none'
}
