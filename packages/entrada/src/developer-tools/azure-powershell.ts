import { resourceOf } from '../oauth/resource.ts'
import { claimsArgument, commandLine, quoted } from './command-line.ts'
import { tokenIn } from './json-output.ts'
import { oneScope, scopeOf } from './one-scope.ts'
import { ownWords } from './own-words.ts'
import { advisedCommand, signInAgainCode } from './sign-in-again.ts'
import type { DeveloperTool, ToolRequest } from './tool.ts'
import { plain } from './words.ts'

/** What the script prints where there is no module, and before and between what it prints of a token. */
const noModule = 'NO_AZ_ACCOUNT_MODULE'

/**
 * Asks the module Az.Accounts. Its values come from the environment, so that nothing is put together into code. Tokens are
 * secure strings where the module gives them so: from 2.17 on when asked, from 5 on always.
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
    mend: "Install PowerShell and its module Az.Accounts (https://aka.ms/azps), then run 'Connect-AzAccount'.",
  },
  needs: [],

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
      mend: `To authenticate with the required claims, please run the following command: ${command}`,
    }
  },

  /** Modules and profiles print what they like around the line that counts; so does what comes to stderr. */
  read(stdout) {
    const text = plain(stdout)
    for (const [, value, seconds] of text.matchAll(/(?:^|\s)azsdk%([^%\s]+)%(\d{1,12})(?=\s|$)/g)) {
      const token = tokenIn(value)
      if (token !== undefined) return { token, expiresAt: Number(seconds) * 1000 }
    }
    if (text.includes(noModule)) {
      return {
        reason: "The 'Az.Account' module >= 2.2.0 is not installed.",
        mend: 'Install it with: Install-Module -Name Az.Accounts -Repository PSGallery',
      }
    }
    return { reason: 'Azure PowerShell gave no usable answer: no line with a token' }
  },

  explain(ended, request) {
    const stderr = withoutMarkup(ended.stderr)
    // Windows PowerShell breaks its messages where its window would end, in the middle of a word if need be.
    const said = stderr.replace(/\s+/g, '')
    if (ended.code === 127 || ended.code === 9009) return azurePowerShell.missing
    if (said.includes('AuthorizationManagercheckfailed')) {
      return {
        reason: 'Execution policy prevented invoking Azure PowerShell.',
        mend: 'See about_Execution_Policies, and Set-ExecutionPolicy.',
      }
    }
    if (signInAgainCode(said) !== undefined || /Userinteractionisrequired|-ClaimsChallenge/.test(said)) {
      const advised = advisedCommand(stderr, /(Connect-AzAccount[ \t]+-[^\r\n`']*?)[.]?(?=[\r\n`']|$)/g)
      const { reason } = ownWords('Azure PowerShell', { ...ended, stderr })
      return {
        reason: `the signed-in account has to sign in again: ${reason}`,
        mend: `Run in PowerShell: ${advised ?? connect(request)}`,
      }
    }
    if (/RunConnect-AzAccounttologin|NoAzurecontext|Noaccountfoundinthecontext/i.test(said)) {
      return {
        reason: 'nobody is signed in.',
        mend: "Please run 'Connect-AzAccount' from PowerShell to authenticate before using this credential.",
        isLasting: true,
      }
    }
    return ownWords('Azure PowerShell', { ...ended, stderr })
  },
}

function connect({ tenantId }: ToolRequest, ...more: readonly string[]): string {
  return commandLine('Connect-AzAccount', ...more, ...(tenantId === '' ? [] : ['-Tenant', quoted(tenantId)]))
}

/** The base64 of UTF-16, low byte first, as `-EncodedCommand` takes it. The script is ASCII. */
function encoded(text: string): string {
  return btoa([...text].map((character) => `${character}\0`).join(''))
}

/** PowerShell's stderr as text: where it is CLIXML, its errors alone, without progress and verbose records. */
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
