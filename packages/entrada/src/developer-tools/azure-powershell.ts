import { resourceOf } from '../oauth/resource.ts'
import { tokenIn } from './json-output.ts'
import { advisedCommand, commandLine, quoted, signInAgainCode } from './sign-in-again.ts'
import type { DeveloperTool, ToolRequest } from './tool.ts'
import { failureFrom, plain } from './tool-output.ts'
import { claimsArgument, oneScope, scopeOf } from './tool-request.ts'

/** What the script prints if the module is missing. */
const noModule = 'NO_AZ_ACCOUNT_MODULE'

/**
 * Asks the module Az.Accounts. The values come from environment variables, so that none is inserted into code. Tokens
 * are secure strings if the module supports it: from 2.17 on request, from 5 always.
 */
const script = `$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$module = Import-Module Az.Accounts -MinimumVersion 2.2.0 -PassThru -ErrorAction SilentlyContinue
if (-not $module) { Write-Output '${noModule}'; exit 0 }
try {
  $ask = @{ ResourceUrl = $env:AZURE_IDENTITY_POWERSHELL_RESOURCE }
  if ($env:AZURE_IDENTITY_POWERSHELL_TENANT_ID) { $ask.TenantId = $env:AZURE_IDENTITY_POWERSHELL_TENANT_ID }
  $version = @($module)[0].Version
  if ($version -ge [version]'2.17.0' -and $version -lt [version]'5.0.0') { $ask.AsSecureString = $true }
  $answer = Get-AzAccessToken @ask
  $token = $answer.Token
  if ($token -is [System.Security.SecureString]) {
    if ($PSVersionTable.PSVersion.Major -ge 7) {
      $token = ConvertFrom-SecureString -SecureString $token -AsPlainText
    } else {
      $memory = [System.Runtime.InteropServices.Marshal]::SecureStringToBSTR($token)
      try { $token = [System.Runtime.InteropServices.Marshal]::PtrToStringBSTR($memory) }
      finally { [System.Runtime.InteropServices.Marshal]::ZeroFreeBSTR($memory) }
    }
  }
  Write-Output ''
  Write-Output ('azsdk%' + $token + '%' + $answer.ExpiresOn.ToUnixTimeSeconds())
} catch {
  [Console]::Error.WriteLine($_.Exception.Message)
  exit 1
}
`

/** Azure PowerShell, `Get-AzAccessToken` of the module Az.Accounts, in PowerShell 7 or Windows PowerShell. */
export const azurePowerShell: DeveloperTool = {
  title: 'Azure PowerShell',
  missing: {
    reason: 'PowerShell is not installed.',
    remedy: "Install PowerShell and its module Az.Accounts (https://aka.ms/azps), then run 'Connect-AzAccount'.",
  },
  // It may be signed in as the managed identity of the host.
  needs: ['IDENTITY_HEADER', 'MSI_SECRET'],

  ask(request) {
    const args = ['-NoProfile', '-NonInteractive', '-EncodedCommand', encoded(script)]
    const env = {
      AZURE_IDENTITY_POWERSHELL_RESOURCE: resourceOf(scopeOf(request)),
      AZURE_IDENTITY_POWERSHELL_TENANT_ID: request.tenantId,
    }
    return { args, env }
  },

  refuse(request) {
    if (request.claims === undefined) return oneScope(request)
    const command = connect(request, '-ClaimsChallenge', quoted(claimsArgument(request.claims)))
    return {
      reason: "This credential doesn't support claims challenges.",
      remedy: `To authenticate with the required claims, please run the following command: ${command}`,
    }
  },

  /** Modules and profiles may print anything around the line with the token. */
  read(stdout) {
    const text = plain(stdout)
    for (const [, value, seconds] of text.matchAll(/(?:^|\s)azsdk%([^%\s]+)%(\d{1,12})(?=\s|$)/g)) {
      const token = tokenIn(value)
      if (token !== undefined) return { token, expiresAt: Number(seconds) * 1000 }
    }
    if (text.includes(noModule)) {
      return {
        reason: "The 'Az.Account' module >= 2.2.0 is not installed.",
        remedy: 'Install it with: Install-Module -Name Az.Accounts -Repository PSGallery',
      }
    }
    return { reason: 'Azure PowerShell gave no usable answer: no line with a token' }
  },

  explain(ended, request) {
    const stderr = withoutMarkup(ended.stderr)
    // Windows PowerShell wraps its messages at the width of its window, in the middle of a word if need be.
    const unwrapped = stderr.replace(/\s+/g, '')
    if (ended.code === 127 || ended.code === 9009) return { ...azurePowerShell.missing, kind: 'tool-missing' }
    if (unwrapped.includes('AuthorizationManagercheckfailed')) {
      return {
        reason: 'Execution policy prevented invoking Azure PowerShell.',
        remedy: 'See about_Execution_Policies, and Set-ExecutionPolicy.',
      }
    }
    if (signInAgainCode(unwrapped) !== undefined || /Userinteractionisrequired|-ClaimsChallenge/.test(unwrapped)) {
      const advised = advisedCommand(stderr, /(Connect-AzAccount[ \t]+-[^\r\n`']*?)[.]?(?=[\r\n`']|$)/g)
      const { reason } = failureFrom('Azure PowerShell', { ...ended, stderr })
      return {
        reason: `the signed-in account has to sign in again: ${reason}`,
        remedy: `Run in PowerShell: ${advised ?? connect(request)}`,
        kind: 'tool-signed-out',
      }
    }
    if (/RunConnect-AzAccounttologin|NoAzurecontext|Noaccountfoundinthecontext/i.test(unwrapped)) {
      return {
        reason: 'nobody is signed in.',
        remedy: "Please run 'Connect-AzAccount' from PowerShell to authenticate before using this credential.",
        isLasting: true,
        kind: 'tool-signed-out',
      }
    }
    return failureFrom('Azure PowerShell', { ...ended, stderr })
  },
}

function connect({ tenantId }: ToolRequest, ...more: readonly string[]): string {
  return commandLine('Connect-AzAccount', ...more, ...(tenantId === undefined ? [] : ['-Tenant', quoted(tenantId)]))
}

/** The base64 of little-endian UTF-16, which `-EncodedCommand` takes. The script is ASCII. */
function encoded(text: string): string {
  return btoa([...text].map((character) => `${character}\0`).join(''))
}

/** PowerShell's stderr as text: if it is CLIXML, only the errors in it, without progress and verbose records. */
function withoutMarkup(stderr: string): string {
  const text = plain(stderr)
  if (!text.trimStart().startsWith('#< CLIXML')) return text
  const errors = [...text.matchAll(/<S S="Error">([^<]*)<\/S>/g)].map(([, error = '']) => error)
  return errors
    .join('')
    .replace(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(
      /&(lt|gt|quot|apos|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
    )
}
