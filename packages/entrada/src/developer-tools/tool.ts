import type { ProblemKind } from '../errors.ts'
import type { Env } from '../runtime/environment.ts'
import type { Ended } from '../runtime/process/program.ts'

/** A request to a developer tool. */
export interface ToolRequest {
  scopes: readonly string[]
  /** `undefined` means the tool's own tenant. */
  tenantId: string | undefined
  /** Name or id; only for the Azure CLI. */
  subscription: string | undefined
  /** A claims challenge, as JSON. */
  claims: string | undefined
}

/** A token that a tool printed, with times in milliseconds since the epoch. */
export interface ToolToken {
  token: string
  expiresAt: number
}

/**
 * Why a tool returned no token. With a remedy, the tool cannot be used in its present state; without one, the reason is
 * what it printed.
 */
export interface ToolFailure {
  reason: string
  remedy?: string
  /**
   * The failure lasts until another program is found or the tool's profile changes, so a chain need not ask again
   * before then.
   */
  isLasting?: true
  /** For a diagnosis. */
  kind?: ProblemKind
}

/** A failure that has a remedy. */
export type Unusable = ToolFailure & { remedy: string }

/** How a tool ended, and the secrets that it was given and may have printed. */
export type ToolEnd = Ended & { secrets: readonly string[] }

/** How one tool is called, and what its output means. */
export interface DeveloperTool {
  /** What people call it. */
  title: string
  /** The failure if it is not installed. */
  missing: Unusable
  /** Variables that look like secrets but that the tool itself reads: names, or prefixes followed by a `*`. */
  needs: readonly string[]
  /**
   * Its arguments, and variables in addition to the environment's. Throws a `TypeError` for anything that could be
   * taken for an option.
   */
  ask(request: ToolRequest, who: string): { args: readonly string[]; env: Env }
  /** Why the tool cannot handle this request at all, or `undefined`. */
  refuse(request: ToolRequest): Unusable | undefined
  /** Reads the token in its output, or what is wrong with the output. */
  read(stdout: string, now: number): ToolToken | ToolFailure
  /** What an exit code other than 0 means. */
  explain(ended: ToolEnd, request: ToolRequest): ToolFailure
}
