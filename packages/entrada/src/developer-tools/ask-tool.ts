import { AuthenticationError, CredentialUnavailableError } from '../errors.ts'
import type { Env } from '../runtime/environment.ts'
import { longestForeignText, sentence } from '../runtime/one-line.ts'
import { flagsForTools } from '../runtime/permissions.ts'
import type { FoundProgram } from '../runtime/process/find-program.ts'
import type { ToolHost } from '../runtime/process/tools.ts'
import { windowsFolder } from '../runtime/process/windows-folder.ts'
import { longestLifeMs } from '../token-life.ts'
import type { IssuedToken } from '../types.ts'
import { childEnvironment, secretsIn } from './child-environment.ts'
import type { DeveloperTool, ToolEnd, ToolFailure, ToolRequest, ToolToken, Unusable } from './tool.ts'
import { messageFrom } from './tool-output.ts'

export interface AskToolOptions {
  /** Name of the credential, with which its messages begin. */
  who: string
  tool: DeveloperTool
  find(): FoundProgram
  host: ToolHost
  env: Env
  /** Variables that the tool gets even though they look like secrets. */
  variables: readonly string[]
  /** 0 means no limit. */
  timeoutMs: number
  now: () => number
}

/** More than any tool prints; one that prints more is killed. */
const maximumBytes = 1024 * 1024

/** A tool returns its own cached token until this long before the token expires. */
const usualMarginMs = 300_000
/** A token that is new to us may therefore expire soon: the tool is not asked again sooner than this. */
const leastPauseMs = 30_000

/**
 * Gets a token from a developer tool. The request must have been checked. Rejects with `CredentialUnavailableError` if
 * the tool is missing, nobody is signed in to it, it needs a person or it is too slow, and with `AuthenticationError`
 * (`statusCode` 0, `developer_tool_error`) for any other failure.
 */
export async function askTool(
  options: AskToolOptions,
  request: ToolRequest,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const { who, tool, now } = options
  const refused = tool.refuse(request)
  if (refused !== undefined) throw unavailable(who, refused)
  const ended = await run(options, request, signal)
  if (ended.stopped === 'time-out') throw unavailable(who, tooSlow(options))
  if (ended.stopped === 'too-much-output') {
    throw refusal(who, `${tool.title} printed more than ${maximumBytes} bytes`)
  }
  if (ended.code !== 0) throw toError(who, explained(tool, ended, request), ended.stderr)
  const answer = tool.read(ended.stdout, now())
  if (!('token' in answer)) throw toError(who, answer)
  return issued(options, answer)
}

async function run(options: AskToolOptions, request: ToolRequest, signal: AbortSignal): Promise<ToolEnd> {
  const { who, tool, find, host, env, variables, timeoutMs } = options
  const { args, env: added } = tool.ask(request, who)
  if (!host.startsPrograms) throw unavailable(who, { ...startsNone, isLasting: true })
  const { path, passedOver } = find()
  const { missingFlags = flagsForTools } = host
  const flags = missingFlags(path)
  if (flags.length > 0) throw unavailable(who, { ...denied(tool, flags, path), isLasting: true })
  if (path === undefined)
    throw unavailable(who, { ...missing(tool, passedOver), isLasting: true, kind: 'tool-missing' })
  // A folder that only the administrator can write to: a tool must not find anything in it that somebody else put
  // there.
  const cwd = host.platform === 'win32' ? windowsFolder(env) : '/bin'
  if (cwd === undefined) {
    throw unavailable(who, { reason: 'SystemRoot is not set.', remedy: 'Set it to the Windows folder.' })
  }
  const childEnv = childEnvironment(env, [...tool.needs, ...variables], added)
  const program = { file: path, args, env: childEnv, cwd, timeoutMs, maximumBytes }
  try {
    return { ...(await host.run(program, signal)), secrets: secretsIn(childEnv) }
  } catch (error) {
    if (signal.aborted) throw error
    const { code = 'unknown' } = error as { code?: unknown }
    const reason = `${JSON.stringify(path)} cannot be started (${messageFrom(String(code))}).`
    throw unavailable(who, { reason, remedy: `Check the installation of ${tool.title}.` })
  }
}

/** The patterns get no more of its output than a message could show, with a little extra. */
function explained(tool: DeveloperTool, ended: ToolEnd, request: ToolRequest): ToolFailure {
  return tool.explain({ ...ended, stderr: ended.stderr.slice(0, longestForeignText) }, request)
}

const startsNone: Unusable = {
  reason: 'this runtime cannot start programs.',
  remedy: 'Use a credential that sends requests to Microsoft Entra ID itself.',
}

function denied({ title }: DeveloperTool, flags: readonly string[], path: string | undefined): Unusable {
  const what = path === undefined ? 'look for' : 'start'
  return { reason: `this program may not ${what} ${title}.`, remedy: `Run it with ${flags.join(' ')}.` }
}

function missing({ missing: absence }: DeveloperTool, passedOver: FoundProgram['passedOver']): Unusable {
  if (passedOver.length === 0) return absence
  const seen = passedOver.map(({ path, why }) => `${JSON.stringify(path)} is ignored: ${why}.`)
  const remedy = `Remove write permission for others (chown, chmod go-w; or chmod o-w). ${absence.remedy}`
  return { reason: [absence.reason, ...seen].join(' '), remedy }
}

function tooSlow({ tool, timeoutMs }: AskToolOptions): Unusable {
  const reason = `${tool.title} did not answer within ${timeoutMs} ms.`
  return { reason, remedy: 'Run it by hand to see what it waits for, or raise processTimeoutInMs.' }
}

function issued({ who, tool, now }: AskToolOptions, { token, expiresAt }: ToolToken): IssuedToken {
  const at = now()
  if (!(expiresAt > at)) {
    throw refusal(who, `${tool.title} returned a token that has expired. Check this machine's clock and time zone`)
  }
  if (expiresAt - at > longestLifeMs) {
    throw refusal(who, `${tool.title} says that the token lives for more than a hundred years, which no token does`)
  }
  const usual = expiresAt - Math.min(usualMarginMs, (expiresAt - at) / 2)
  return { token, expiresAt, refreshAt: Math.max(usual, at + leastPauseMs), tokenType: 'Bearer' }
}

function toError(who: string, { remedy, ...failure }: ToolFailure, output?: string): Error {
  return remedy === undefined ? refusal(who, failure.reason, output) : unavailable(who, { ...failure, remedy })
}

function unavailable(who: string, { reason, remedy, isLasting, kind }: Unusable): CredentialUnavailableError {
  return new CredentialUnavailableError({ who, reason, remedy, kind }, { isLasting })
}

/**
 * An error from what the tool printed, which a chain does not take for an absent tool. Entra ID's codes are searched
 * for in the whole output: a traceback ends with what matters, where the part that is shown is already cut off.
 */
function refusal(who: string, words: string, output = words): AuthenticationError {
  const codes = output.slice(0, longestForeignText).matchAll(/AADSTS(\d{1,9})/g)
  const errorCodes = [...new Set([...codes].map(([, code]) => Number(code)))]
  const body = {
    error: 'developer_tool_error',
    errorDescription: words,
    ...(errorCodes.length > 0 ? { errorCodes } : {}),
  }
  return new AuthenticationError(0, body, { who, reason: sentence(words) })
}
