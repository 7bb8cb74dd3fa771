import { resourceOf } from '../oauth/resource.ts'
import { jsonObjects, tokenIn } from './json-output.ts'
import { localTime } from './local-time.ts'
import { advisedCommand, commandLine, quoted, signInAgainCode } from './sign-in-again.ts'
import type { DeveloperTool, ToolRequest } from './tool.ts'
import { failureFrom, messageFrom, plain } from './tool-output.ts'
import { claimsArgument, oneScope, scopeOf } from './tool-request.ts'

/** The Azure CLI, `az account get-access-token` (Microsoft's reference of `az account`). */
export const azureCli: DeveloperTool = {
  title: 'Azure CLI',
  missing: {
    reason: 'Azure CLI could not be found.',
    remedy:
      "Please visit https://aka.ms/azure-cli for installation instructions and then, once installed, authenticate to your Azure account using 'az login'.",
  },
  // It may be signed in as the managed identity of the host.
  needs: ['IDENTITY_HEADER', 'MSI_SECRET', 'AZURE_*'],

  ask(request) {
    const { tenantId, subscription } = request
    const args = ['account', 'get-access-token', '--output', 'json', '--resource', resourceOf(scopeOf(request))]
    if (tenantId !== undefined) args.push('--tenant', tenantId)
    if (subscription !== undefined) args.push('--subscription', subscription)
    return { args, env: { AZURE_CORE_NO_COLOR: 'true' } }
  },

  refuse(request) {
    if (request.claims === undefined) return oneScope(request)
    const command = login(request, '--claims-challenge', quoted(claimsArgument(request.claims)))
    return {
      reason: "This credential doesn't support claims challenges.",
      remedy: `To authenticate with the required claims, please run the following command: ${command}`,
    }
  },

  read(stdout, now) {
    for (const { accessToken, expires_on: seconds, expiresOn } of jsonObjects(stdout)) {
      const token = tokenIn(accessToken)
      if (token === undefined) continue
      // The seconds exist since az 2.54; the older field has no time zone.
      const expiresAt = secondsIn(seconds) ?? localTime(expiresOn, now)
      return expiresAt === undefined
        ? { reason: 'the output of Azure CLI has neither expires_on nor expiresOn' }
        : { token, expiresAt }
    }
    return { reason: 'Azure CLI gave no usable answer: no JSON with an accessToken' }
  },

  explain(ended, request) {
    const output = plain(ended.stderr)
    if (ended.code === 127 || /'az' is not recognized/.test(output))
      return { ...azureCli.missing, kind: 'tool-missing' }
    const code = signInAgainCode(output)
    const advised = advisedCommand(output, /^[ \t]*(az login[ \t]+-[^\r\n]*)/gm)
    if (code !== undefined || (advised !== undefined && !output.includes('AADSTS'))) {
      const reason = `the signed-in account has to sign in again: ${messageFrom(ended.stderr, ended.secrets)}`
      return { reason, remedy: `Run: ${advised ?? login(request)}`, kind: 'tool-signed-out' }
    }
    if (/az login|az account set/.test(output) && !output.includes('AADSTS')) {
      return {
        reason: 'nobody is signed in.',
        remedy: "Please run 'az login' from a command prompt to authenticate before using this credential.",
        isLasting: true,
        kind: 'tool-signed-out',
      }
    }
    return failureFrom('Azure CLI', ended)
  },
}

function login(request: ToolRequest, ...more: readonly string[]): string {
  const { tenantId } = request
  const tenant = tenantId === undefined ? [] : ['--tenant', quoted(tenantId)]
  return commandLine('az login', ...more, '--scope', quoted(scopeOf(request)), ...tenant)
}

function secondsIn(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 1
    ? Math.floor(seconds * 1000)
    : undefined
}
