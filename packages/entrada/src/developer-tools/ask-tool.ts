import { AuthenticationError, CredentialUnavailableError } from '../errors.ts'
import type { FoundProgram } from '../runtime/find-program.ts'
import type { Env } from '../runtime/host.ts'
import type { Ended } from '../runtime/program.ts'
import type { ToolHost } from '../runtime/tools.ts'
import { windowsFolder } from '../runtime/windows-folder.ts'
import type { IssuedToken } from '../types.ts'
import { childEnvironment } from './child-environment.ts'
import type { DeveloperTool, ToolFailure, ToolRequest, ToolToken, Unusable } from './tool.ts'
import { toolWords } from './words.ts'

export interface AskToolOptions {
  /** Name of the credential, which begins its messages. */
  who: string
  tool: DeveloperTool
  find(): FoundProgram
  host: ToolHost
  env: Env
  /** 0 is "no limit". */
  timeoutMs: number
  now: () => number
}

/** More than any answer; a tool that prints more is ended. */
const maximumBytes = 1024 * 1024

/** A tool gives its own cached token again until this long before the end. */
const usualMarginMs = 300_000
/** So a token that is new here may be old. It is not asked for again sooner. */
const leastPauseMs = 30_000

/**
 * Asks a developer tool for a token; what it is asked for has been checked. Rejects with
 * `CredentialUnavailableError` where the tool is missing, has nobody signed in, needs a person or is too slow, and with
 * `AuthenticationError` (`statusCode` 0, `developer_tool_error`) for anything else that it says.
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
  if (ended.code !== 0) throw toError(who, tool.explain(ended, request))
  const answer = tool.read(ended.stdout, now())
  if (!('token' in answer)) throw toError(who, answer)
  return issued(options, answer)
}

async function run(options: AskToolOptions, request: ToolRequest, signal: AbortSignal): Promise<Ended> {
  const { who, tool, find, host, env, timeoutMs } = options
  const { args, env: added } = tool.ask(request, who)
  const { path, passedOver } = find()
  if (path === undefined) throw unavailable(who, { ...missing(tool, passedOver), isLasting: true })
  // A folder that only the system's owner can write to: a tool must not find anything of a stranger's beside it.
  const cwd = host.platform === 'win32' ? windowsFolder(env) : '/bin'
  if (cwd === undefined) {
    throw unavailable(who, { reason: 'SystemRoot is not set.', mend: 'Set it to the folder of Windows.' })
  }
  const program = { file: path, args, env: childEnvironment(env, tool.needs, added), cwd, timeoutMs, maximumBytes }
  try {
    return await host.run(program, signal)
  } catch (error) {
    if (signal.aborted) throw error
    const { code = 'unknown' } = error as { code?: unknown }
    const reason = `${JSON.stringify(path)} can't be started (${toolWords(String(code))}).`
    throw unavailable(who, { reason, mend: `Check the installation of ${tool.title}.` })
  }
}

function missing({ missing: said }: DeveloperTool, passedOver: readonly string[]): Unusable {
  if (passedOver.length === 0) return said
  const seen = passedOver.map((path) => JSON.stringify(path)).join(', ')
  const reason = `${said.reason} ${seen} is passed over, because the folder is open to everybody and the file may be anybody's.`
  return { reason, mend: `Take the right to write there from others (chmod o-w). ${said.mend}` }
}

function tooSlow({ tool, timeoutMs }: AskToolOptions): Unusable {
  const reason = `${tool.title} did not answer within ${timeoutMs} ms.`
  return { reason, mend: 'Run it by hand to see what it waits for, or raise processTimeoutInMs.' }
}

function issued({ who, tool, now }: AskToolOptions, { token, expiresAt }: ToolToken): IssuedToken {
  const at = now()
  if (!(expiresAt > at)) {
    throw refusal(who, `${tool.title} gave a token that has expired. Check this machine's clock and time zone`)
  }
  const usual = expiresAt - Math.min(usualMarginMs, (expiresAt - at) / 2)
  return { token, expiresAt, refreshAt: Math.max(usual, at + leastPauseMs), tokenType: 'Bearer' }
}

function toError(who: string, { mend, ...failure }: ToolFailure): Error {
  return mend === undefined ? refusal(who, failure.reason) : unavailable(who, { ...failure, mend })
}

function unavailable(who: string, { reason, mend, isLasting }: Unusable): CredentialUnavailableError {
  return new CredentialUnavailableError(`${who}: ${reason} ${mend}`, { mend, isLasting })
}

/** The tool's own words, as an error that is this tool's alone. */
function refusal(who: string, words: string): AuthenticationError {
  const errorCodes = [...words.matchAll(/AADSTS(\d+)/g)].map(([, code]) => Number(code))
  const body = {
    error: 'developer_tool_error',
    errorDescription: words,
    ...(errorCodes.length > 0 ? { errorCodes } : {}),
  }
  return new AuthenticationError(0, body, { message: `${who}: ${words}${/[.!?]$/.test(words) ? '' : '.'}` })
}
