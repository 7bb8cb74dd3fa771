import { claimsArgument, commandLine, quoted } from './command-line.ts'
import { jsonObjects, tokenIn } from './json-output.ts'
import { ownWords } from './own-words.ts'
import { advisedCommand, signInAgainCode } from './sign-in-again.ts'
import type { DeveloperTool } from './tool.ts'
import { plain } from './words.ts'

/** The Azure Developer CLI, `azd auth token`. */
export const azureDeveloperCli: DeveloperTool = {
  title: 'Azure Developer CLI',
  missing: {
    reason: "Azure Developer CLI couldn't be found.",
    mend: "Install it (https://aka.ms/azd), then run 'azd auth login'.",
  },
  // It asks pipelines and programs that it runs under for tokens itself.
  needs: ['SYSTEM_ACCESSTOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'AZD_AUTH_KEY'],

  ask({ scopes, tenantId, claims }) {
    const args = ['auth', 'token', '--output', 'json', '--no-prompt']
    for (const scope of new Set(scopes)) args.push('--scope', scope)
    if (tenantId !== '') args.push('--tenant-id', tenantId)
    if (claims !== undefined) args.push('--claims', claimsArgument(claims))
    return { args, env: { NO_COLOR: 'true' } }
  },

  refuse: () => undefined,

  read(stdout) {
    for (const { token: value, expiresOn } of jsonObjects(stdout)) {
      const token = tokenIn(value)
      if (token === undefined) continue
      const expiresAt = utcTime(expiresOn)
      return expiresAt === undefined
        ? { reason: 'the answer of Azure Developer CLI has no expiresOn' }
        : { token, expiresAt }
    }
    return { reason: 'Azure Developer CLI gave no usable answer: no JSON with a token' }
  },

  explain(ended, { scopes, tenantId, claims }) {
    const messages = messagesOf(ended.stderr)
    const said = messages.join('\n')
    if (ended.code === 127 || /'azd' is not recognized/.test(said)) return azureDeveloperCli.missing
    if (claims !== undefined && /unknown flag: --claims/.test(said)) {
      return {
        reason: 'this Azure Developer CLI does not take claims challenges.',
        mend: 'Update it to 1.18.1 or newer (https://aka.ms/azd).',
      }
    }
    const code = signInAgainCode(said)
    const advised = advisedCommand(said, /`(azd auth login[ \t]+-[^`\r\n]*)`/g)
    const { reason } = ownWords('Azure Developer CLI', { ...ended, stderr: messages[0] ?? '' })
    if (code !== undefined || advised !== undefined) {
      const tenant = tenantId === '' ? [] : ['--tenant-id', quoted(tenantId)]
      const command = advised ?? commandLine('azd auth login', '--scope', quoted(scopes[0] as string), ...tenant)
      return { reason: `the signed-in account has to sign in again: ${reason}`, mend: `Run: ${command}` }
    }
    if (/not logged in|azd auth login/.test(said) && !said.includes('AADSTS')) {
      return {
        reason: 'nobody is signed in.',
        mend: "Please run 'azd auth login' from a command prompt to authenticate before using this credential.",
        isLasting: true,
      }
    }
    return { reason }
  },
}

/** It prints UTC, and says so from the start; a time without a zone is UTC too. */
function utcTime(value: unknown): number | undefined {
  const match =
    typeof value === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(value) : null
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}${match[2] ?? 'Z'}`)
  return Number.isFinite(time) ? time : undefined
}

/**
 * What it said, the error first. Up to 1.23.6 a line of JSON holds each message (`data.message`); then an object with
 * `error` follows such a line, which may be empty; from 1.24.0 that object stands alone. Else the text as it is.
 */
function messagesOf(stderr: string): readonly string[] {
  const objects = jsonObjects(stderr)
  const errors = objects.flatMap(({ error, message, suggestion }) =>
    texts(error === undefined ? [] : [error, message, suggestion]),
  )
  const told = objects.flatMap(({ data }) => texts([(data as { message?: unknown } | null | undefined)?.message]))
  const all = [...errors, ...told]
  return all.length > 0 ? all : texts([plain(stderr)])
}

function texts(values: readonly unknown[]): readonly string[] {
  return values.flatMap((value) => (typeof value === 'string' && value.trim() !== '' ? [value.trim()] : []))
}
