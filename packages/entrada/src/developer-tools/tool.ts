import type { Env } from '../runtime/host.ts'
import type { Ended } from '../runtime/program.ts'

/** What is asked of a developer tool. */
export interface ToolRequest {
  scopes: readonly string[]
  /** Empty: the tool's own. */
  tenantId: string
  /** Name or id; of the Azure CLI alone. */
  subscription: string | undefined
  /** A claims challenge, as JSON. */
  claims: string | undefined
}

/** A token as a tool printed it. Time in milliseconds since the epoch. */
export interface ToolToken {
  token: string
  expiresAt: number
}

/** Why a tool gave no token. With a mend the tool can't be used as it stands; without, these are the tool's own words. */
export interface ToolFailure {
  reason: string
  mend?: string
  /** It stays so until another program is found or the tool's profile changes: a chain need not ask again before. */
  isLasting?: true
}

/** A failure that has a mend. */
export type Unusable = ToolFailure & { mend: string }

/** How one tool is asked, and what its answers mean. */
export interface DeveloperTool {
  /** What people call it. */
  title: string
  /** What to say where it is not installed. */
  missing: Unusable
  /** Variables with secrets in them that the tool itself reads; the others are withheld from it. */
  needs: readonly string[]
  /** Its arguments, and variables besides the environment's. Throws a `TypeError` for what could be an option. */
  ask(request: ToolRequest, who: string): { args: readonly string[]; env: Env }
  /** Why it can't be asked for this at all, if it can't. */
  refuse(request: ToolRequest): Unusable | undefined
  /** The token in its output, or what is wrong with the output. */
  read(stdout: string, now: number): ToolToken | ToolFailure
  /** What its exit with a code other than 0 means. */
  explain(ended: Ended, request: ToolRequest): ToolFailure
}
