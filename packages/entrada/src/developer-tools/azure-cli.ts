import { resourceOf } from '../oauth/resource.ts'
import { claimsArgument, commandLine, quoted } from './command-line.ts'
import { jsonObjects, tokenIn } from './json-output.ts'
import { localTime } from './local-time.ts'
import { oneScope, scopeOf } from './one-scope.ts'
import { ownWords } from './own-words.ts'
import { advisedCommand, signInAgainCode } from './sign-in-again.ts'
import type { DeveloperTool, ToolRequest } from './tool.ts'
import { plain, toolWords } from './words.ts'

/** The Azure CLI, `az account get-access-token` (Microsoft's reference of `az account`). */
export const azureCli: DeveloperTool = {
  title: 'Azure CLI',
  missing: {
    reason: 'Azure CLI could not be found.',
    mend: "Please visit https://aka.ms/azure-cli for installation instructions and then, once installed, authenticate to your Azure account using 'az login'.",
  },
  needs: [],

  ask(request) {
    const { tenantId, subscription } = request
    const args = ['account', 'get-access-token', '--output', 'json', '--resource', resourceOf(scopeOf(request))]
    if (tenantId !== '') args.push('--tenant', tenantId)
    if (subscription !== undefined) args.push('--subscription', subscription)
    return { args, env: { AZURE_CORE_NO_COLOR: 'true' } }
  },

  refuse(request) {
    if (request.claims === undefined) return oneScope(request)
    const command = login(request, '--claims-challenge', quoted(claimsArgument(request.claims)))
    return {
      reason: "This credential doesn't support claims challenges.",
      mend: `To authenticate with the required claims, please run the following command: ${command}`,
    }
  },

  read(stdout, now) {
    for (const { accessToken, expires_on: seconds, expiresOn } of jsonObjects(stdout)) {
      const token = tokenIn(accessToken)
      if (token === undefined) continue
      // The seconds came with az 2.54; what it printed before has no time zone.
      const expiresAt = secondsIn(seconds) ?? localTime(expiresOn, now)
      return expiresAt === undefined
        ? { reason: 'the answer of Azure CLI has neither expires_on nor expiresOn' }
        : { token, expiresAt }
    }
    return { reason: 'Azure CLI gave no usable answer: no JSON with an accessToken' }
  },

  explain(ended, request) {
    const said = plain(ended.stderr)
    if (ended.code === 127 || /'az' is not recognized/.test(said)) return azureCli.missing
    const code = signInAgainCode(said)
    const advised = advisedCommand(said, /^[ \t]*(az login[ \t]+-[^\r\n]*)/gm)
    if (code !== undefined || (advised !== undefined && !said.includes('AADSTS'))) {
      const reason = `the signed-in account has to sign in again: ${toolWords(ended.stderr)}`
      return { reason, mend: `Run: ${advised ?? login(request)}` }
    }
    if (/az login|az account set/.test(said) && !said.includes('AADSTS')) {
      return {
        reason: 'nobody is signed in.',
        mend: "Please run 'az login' from a command prompt to authenticate before using this credential.",
        isLasting: true,
      }
    }
    return ownWords('Azure CLI', ended)
  },
}

function login(request: ToolRequest, ...more: readonly string[]): string {
  const { tenantId } = request
  const tenant = tenantId === '' ? [] : ['--tenant', quoted(tenantId)]
  return commandLine('az login', ...more, '--scope', quoted(scopeOf(request)), ...tenant)
}

function secondsIn(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined
}
