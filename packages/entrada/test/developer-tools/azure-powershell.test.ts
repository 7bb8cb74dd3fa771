import { AzurePowerShellCredential, type AzurePowerShellCredentialOptions } from 'entrada'
import { describe, expect, test } from 'vitest'
import type { Ended } from '../../src/runtime/process/program.ts'
import { failure } from '../world.ts'
import { imagine, scope, start, token } from './machine.ts'

const good = `\nazsdk%${token}%${start / 1000 + 3600}\n`

async function ask(ended: Partial<Ended>, options: AzurePowerShellCredentialOptions = {}) {
  const machine = imagine(() => ended)
  await using credential = new AzurePowerShellCredential({ ...machine.options, ...options })
  return { access: await credential.getToken(scope), ...machine }
}

/** The script that PowerShell was given. */
function scriptOf(args: readonly string[] = []): string {
  return Buffer.from(args[3] as string, 'base64').toString('utf16le')
}

test('runs one script in pwsh, which takes its values from the environment', async () => {
  const { access, started } = await ask({ stdout: good }, { tenantId: 'contoso.com' })
  expect(access).toMatchObject({ token, expiresOnTimestamp: start + 3_600_000 })
  expect(started).toHaveLength(1)
  const { file, args, env, cwd } = started[0] as (typeof started)[0]
  expect({ file, cwd }).toEqual({ file: '/bin/pwsh', cwd: '/bin' })
  expect(args.slice(0, 3)).toEqual(['-NoProfile', '-NonInteractive', '-EncodedCommand'])
  expect(args).toHaveLength(4)
  expect(env).toMatchObject({
    AZURE_IDENTITY_POWERSHELL_RESOURCE: 'https://vault.azure.net',
    AZURE_IDENTITY_POWERSHELL_TENANT_ID: 'contoso.com',
  })
})

test('the script holds no value of a call, asks for secure strings where they are a choice, and opens them', async () => {
  const script = scriptOf((await ask({ stdout: good }, { tenantId: 'contoso.com' })).started[0]?.args)
  expect(script).not.toMatch(/contoso|vault/)
  expect(script).toContain('-MinimumVersion 2.2.0')
  expect(script).toMatch(/-ge \[version\]'2\.17\.0' -and \$version -lt \[version\]'5\.0\.0'\) \{ \$ask\.AsSecureString/)
  expect(script).toContain('ConvertFrom-SecureString -SecureString $token -AsPlainText')
  expect(script).toContain('ZeroFreeBSTR')
})

test.each<[string, Partial<Ended>]>([
  ['around the line', { stdout: `Loading personal profile\nWARNING: x${good}Done.\n` }],
  ['on stderr', { stdout: good, stderr: '#< CLIXML\n<Objs Version="1.1.0.1"><Obj S="progress" RefId="0"/></Objs>' }],
  ['with braces', { stdout: `{x} {"a":1}${good}{done}` }],
  ['in colours', { stdout: `\u001b[?1h\u001b[32m${good}\u001b[0m` }],
  ['with Windows’ line ends', { stdout: good.replaceAll('\n', '\r\n') }],
])('minds no noise %s', async (_, ended) => {
  expect((await ask(ended)).access.token).toBe(token)
})

describe('says what to do', () => {
  const unavailable = async (ended: Partial<Ended>, options?: AzurePowerShellCredentialOptions) => {
    const error = await failure(ask(ended, options))
    expect(error.name).toBe('CredentialUnavailableError')
    return error.message
  }

  test('where the module is missing', async () => {
    expect(await unavailable({ stdout: 'NO_AZ_ACCOUNT_MODULE\n' })).toMatch(
      /The 'Az.Account' module >= 2\.2\.0 is not installed\. .*Install-Module -Name Az\.Accounts/,
    )
  })

  test.each([
    'Run Connect-AzAccount to login.',
    'Run Connect-AzAc\r\ncount to\r\n login.',
    `#< CLIXML\n<Objs><S S="Error">Get-AzAccessToken : Run Connect-AzAccount to _x000D__x000A_</S><S S="Error">login._x000D__x000A_</S></Objs>`,
  ])('where nobody is signed in: %j', async (stderr) => {
    expect(await unavailable({ code: 1, stderr })).toContain("Please run 'Connect-AzAccount' from PowerShell")
  })

  test('where a policy forbids scripts', async () => {
    expect(await unavailable({ code: 1, stderr: 'AuthorizationManager check failed.' })).toContain('Execution policy')
  })

  test('where a factor is missing', async () => {
    const stderr = 'Authentication failed against tenant x. AADSTS50076: multi-factor authentication'
    expect(await unavailable({ code: 1, stderr }, { tenantId: 'contoso.com' })).toMatch(
      /AADSTS50076.*Run in PowerShell: Connect-AzAccount -Tenant "contoso\.com"$/,
    )
  })

  test('where Conditional Access asks for claims, with the command that the module gave', async () => {
    const stderr =
      "User interaction is required. Please run 'Connect-AzAccount -Tenant contoso.com -ClaimsChallenge eyJhY2Nlc3NfdG9rZW4iOnt9fQ=='."
    expect(await unavailable({ code: 1, stderr })).toMatch(
      /Run in PowerShell: Connect-AzAccount -Tenant contoso\.com -ClaimsChallenge eyJhY2Nlc3NfdG9rZW4iOnt9fQ==$/,
    )
  })

  test('where a call has claims, without starting PowerShell', async () => {
    const machine = imagine(() => ({ stdout: good }))
    await using credential = new AzurePowerShellCredential(machine.options)
    const error = await failure(credential.getToken(scope, { claims: '{"access_token":{}}', tenantId: 'contoso.com' }))
    expect(error.name).toBe('CredentialUnavailableError')
    expect(error.message).toContain(
      `Connect-AzAccount -ClaimsChallenge "${btoa('{"access_token":{}}')}" -Tenant "contoso.com"`,
    )
    expect(machine.started).toHaveLength(0)
  })

  test('where there is no PowerShell', async () => {
    const machine = imagine(() => ({}))
    machine.files.clear()
    await using credential = new AzurePowerShellCredential(machine.options)
    expect((await failure(credential.getToken(scope))).message).toMatch(/PowerShell is not installed\. Install/)
    expect(await unavailable({ code: 9009 })).toMatch(/PowerShell is not installed/)
  })
})

test('keeps PowerShell’s own words otherwise, without its markup', async () => {
  const stderr =
    '#< CLIXML\n<Objs><S S="Error">The tenant &quot;x&quot; is odd._x000D__x000A_</S><S S="verbose">secret</S></Objs>'
  const error = await failure(ask({ code: 1, stderr }))
  expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: 0 })
  expect(error.message).toBe('AzurePowerShellCredential: The tenant "x" is odd.')
})

test.each(['', 'azsdk%%1', `azsdk%${token}`, `azsdk%${token}%soon`, `xazsdk%${token}%1`])(
  'takes an output without the line for no token: %j',
  async (stdout) => {
    const error = await failure(ask({ stdout }))
    expect(error.name).toBe('AuthenticationError')
    expect(error.message).toContain('no line with a token')
  },
)

test('uses Windows PowerShell where there is no newer one', async () => {
  const machine = imagine(() => ({ stdout: good }), { platform: 'win32' })
  machine.files.set('C:\\bin\\powershell.exe', {})
  await using newer = new AzurePowerShellCredential({ ...machine.options, cache: false })
  await newer.getToken(scope)
  machine.files.delete('C:\\bin\\pwsh.exe')
  await newer.getToken(scope)
  expect(machine.started.map(({ file }) => file)).toEqual(['C:\\bin\\pwsh.exe', 'C:\\bin\\powershell.exe'])
})
