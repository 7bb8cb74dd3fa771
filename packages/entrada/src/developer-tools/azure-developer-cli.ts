import { jsonObjects, tokenIn } from './json-output.ts'
import { advisedCommand, commandLine, quoted, signInAgainCode } from './sign-in-again.ts'
import type { DeveloperTool } from './tool.ts'
import { failureFrom, plain } from './tool-output.ts'
import { claimsArgument } from './tool-request.ts'

/** The Azure Developer CLI, `azd auth token`. */
export const azureDeveloperCli: DeveloperTool = {
  title: 'Azure Developer CLI',
  missing: {
    reason: "Azure Developer CLI couldn't be found.",
    remedy: "Install it (https://aka.ms/azd), then run 'azd auth login'.",
  },
  // It gets tokens itself from the host's managed identity, and from pipelines and programs that it runs under.
  needs: [
    ...['IDENTITY_HEADER', 'MSI_SECRET', 'SYSTEM_ACCESSTOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'AZD_AUTH_KEY'],
    ...['AZURE_*', 'AZD_*'],
  ],

  ask({ scopes, tenantId, claims }) {
    const args = ['auth', 'token', '--output', 'json', '--no-prompt']
    for (const scope of new Set(scopes)) args.push('--scope', scope)
    if (tenantId !== undefined) args.push('--tenant-id', tenantId)
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
        ? { reason: 'the output of Azure Developer CLI has no expiresOn' }
        : { token, expiresAt }
    }
    return { reason: 'Azure Developer CLI gave no usable answer: no JSON with a token' }
  },

  explain(ended, { scopes, tenantId, claims }) {
    const messages = messagesOf(ended.stderr)
    const output = messages.join('\n')
    if (ended.code === 127 || /'azd' is not recognized/.test(output))
      return { ...azureDeveloperCli.missing, kind: 'tool-missing' }
    if (claims !== undefined && /unknown flag: --claims/.test(output)) {
      return {
        reason: 'this version of Azure Developer CLI does not support claims challenges.',
        remedy: 'Update it to 1.18.1 or newer (https://aka.ms/azd).',
      }
    }
    const code = signInAgainCode(output)
    const advised = advisedCommand(output, /`(azd auth login[ \t]+-[^`\r\n]*)`/g)
    const { reason } = failureFrom('Azure Developer CLI', { ...ended, stderr: messages[0] ?? '' })
    if (code !== undefined || advised !== undefined) {
      const tenant = tenantId === undefined ? [] : ['--tenant-id', quoted(tenantId)]
      const command = advised ?? commandLine('azd auth login', '--scope', quoted(scopes[0] as string), ...tenant)
      return {
        reason: `the signed-in account has to sign in again: ${reason}`,
        remedy: `Run: ${command}`,
        kind: 'tool-signed-out',
      }
    }
    if (/not logged in|azd auth login/.test(output) && !output.includes('AADSTS')) {
      return {
        reason: 'nobody is signed in.',
        remedy: "Please run 'azd auth login' from a command prompt to authenticate before using this credential.",
        isLasting: true,
        kind: 'tool-signed-out',
      }
    }
    return { reason }
  },
}

/** It prints UTC, and every version has said so; a time without a zone is read as UTC too. */
function utcTime(value: unknown): number | undefined {
  const match =
    typeof value === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/.exec(value) : null
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}${match[2] ?? 'Z'}`)
  return Number.isFinite(time) ? time : undefined
}

/**
 * The messages that it printed, the error first. Up to 1.23.6 each message is a line of JSON (`data.message`); in later
 * versions such a line, which may be empty, is followed by an object with `error`; from 1.24.0 there is only that
 * object. Output in any other form is returned unchanged.
 */
function messagesOf(stderr: string): readonly string[] {
  const objects = jsonObjects(stderr)
  const errors = objects.flatMap(({ error, message, suggestion }) =>
    texts(error === undefined ? [] : [error, message, suggestion]),
  )
  const messages = objects.flatMap(({ data }) => texts([(data as { message?: unknown } | null | undefined)?.message]))
  const all = [...errors, ...messages]
  return all.length > 0 ? all : texts([plain(stderr)])
}

function texts(values: readonly unknown[]): readonly string[] {
  return values.flatMap((value) => (typeof value === 'string' && value.trim() !== '' ? [value.trim()] : []))
}
