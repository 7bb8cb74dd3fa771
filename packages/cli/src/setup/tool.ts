import type { World } from '../framework/world.ts'

/** What `entrada setup` is told, as far as tools differ in it: see the options of the command. */
export interface SetupOptions {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly user?: string | undefined
  readonly 'server-id'?: string | undefined
  readonly 'api-version'?: string | undefined
  readonly host?: readonly string[] | undefined
  readonly scope?: string | undefined
  readonly registry?: readonly string[] | undefined
  readonly service?: string | undefined
  readonly database?: string | undefined
  readonly 'server-port'?: string | undefined
  readonly file?: string | undefined
  readonly 'tenant-id'?: string | undefined
  readonly 'subscription-id'?: string | undefined
}

export interface SetupRequest {
  readonly options: SetupOptions
  /** `--profile`, `--config` and `--credential`, for the command lines that are written down. */
  readonly credentialArguments: readonly string[]
  readonly world: World
  /** What a former setup of this tool has left behind, the latest last. */
  readonly records: readonly SetupRecord[]
}

/** One thing that is about to be changed. */
export interface Change {
  /** What is changed: a file, or the configuration that a command of the tool keeps. */
  readonly where: string
  /** Lines that go, with `-` before them, and lines that come, with `+`. Nothing that stood beside them is shown. */
  readonly diff: readonly string[]
  apply(): Promise<void>
}

/** What has to be known to take a setup back, in a file of entrada's own. It holds no secret. */
export interface SetupRecord {
  readonly tool: string
  /** What was set up: two of the same tool are told apart by it. */
  readonly what: string
  readonly data: Readonly<Record<string, RecordedValue>>
}

export type RecordedValue = string | boolean | readonly string[]

/** What a tool's setup comes to, before anything is written. */
export interface Planned {
  readonly changes: readonly Change[]
  readonly record: SetupRecord
  /** What a person has to know or to type now: comments begin with `#`. */
  readonly next: readonly string[]
}

/** A program that `entrada setup` configures. Planning reads, and writes nothing. */
export interface SetupTool {
  readonly name: string
  /** Its own options, by the names that the command gives them. */
  readonly options: readonly (keyof SetupOptions)[]
  /** What has to be done so that the tool gets its tokens from entrada; no changes where that is so. */
  plan(request: SetupRequest): Promise<Planned>
  /** What takes back the setup of a record, and leaves everything else. */
  undo(request: SetupRequest, record: SetupRecord): Promise<readonly Change[]>
}
