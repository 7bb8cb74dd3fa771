import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from './row.ts'
import { nameOfError, says, withVariables } from './seen.ts'
import { otherTenantId, scope, tenantId } from './token-service.ts'

/** A machine on which a tool answers so; what it was called with is in the file `called`. */
function machineWith(tool: string, { output = '', words = '', status = 0 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-behaviour-'))
  const called = join(folder, 'called')
  const script = `#!/bin/sh\necho "$*" >> '${called}'\ncat <<'EOF'\n${output}\nEOF\nif [ -n '${words}' ]; then echo '${words}' >&2; fi\nexit ${status}\n`
  writeFileSync(join(folder, tool), script)
  chmodSync(join(folder, tool), 0o755)
  return {
    variables: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, AZURE_CONFIG_DIR: folder },
    calls: () => readFileSync(called, 'utf8').trim().split('\n'),
  }
}

const expiresOn = Math.floor(Date.now() / 1000) + 3600
const azToken = JSON.stringify({
  ...{ accessToken: 'token-of-az', expiresOn: '2030-01-01 00:00:00.000000', expires_on: expiresOn },
  ...{ subscription: 'subscription', tenant: tenantId, tokenType: 'Bearer' },
})
const azdToken = JSON.stringify({ token: 'token-of-azd', expiresOn: new Date(expiresOn * 1000).toISOString() })

/** The Azure CLI and the Azure Developer CLI, played by scripts. */
export const developerTools: readonly Row[] = [
  {
    name: 'the token of az',
    see: ({ AzureCliCredential }) =>
      withVariables(machineWith('az', { output: azToken }).variables, async () => {
        const { token, expiresOnTimestamp } = await new AzureCliCredential().getToken(scope)
        return [token, expiresOnTimestamp]
      }),
    both: ['token-of-az', expiresOn * 1000],
  },
  {
    name: 'how az is called',
    see: ({ AzureCliCredential }) => {
      const machine = machineWith('az', { output: azToken })
      return withVariables(machine.variables, async () => {
        await new AzureCliCredential().getToken(scope)
        return machine.calls()
      })
    },
    both: ['account get-access-token --output json --resource https://vault.azure.net'],
  },
  {
    name: 'how az is called for a tenant and a subscription',
    see: ({ AzureCliCredential }) => {
      const machine = machineWith('az', { output: azToken })
      return withVariables(machine.variables, async () => {
        await new AzureCliCredential({ tenantId, subscription: 'my subscription' }).getToken(scope)
        return machine.calls()
      })
    },
    both: [
      `account get-access-token --output json --resource https://vault.azure.net --tenant ${tenantId} --subscription my subscription`,
    ],
  },
  {
    name: 'a call may name a tenant of its own',
    see: ({ AzureCliCredential }) => {
      const machine = machineWith('az', { output: azToken })
      return withVariables(machine.variables, async () => {
        await new AzureCliCredential().getToken(scope, { tenantId: otherTenantId })
        return machine.calls()
      })
    },
    both: [`account get-access-token --output json --resource https://vault.azure.net --tenant ${otherTenantId}`],
  },
  {
    name: 'how often az is started for two calls',
    see: ({ AzureCliCredential }) => {
      const machine = machineWith('az', { output: azToken })
      return withVariables(machine.variables, async () => {
        const credential = new AzureCliCredential()
        await credential.getToken(scope)
        await credential.getToken(scope)
        return machine.calls().length
      })
    },
    peer: 2,
    ours: 1,
    onPurpose: '`az`, `azd` and PowerShell are started',
  },
  {
    name: 'az, if nobody has signed in',
    see: ({ AzureCliCredential }) => {
      const machine = machineWith('az', { words: 'ERROR: Please run "az login" to setup account.', status: 1 })
      return withVariables(machine.variables, () => nameOfError(() => new AzureCliCredential().getToken(scope)))
    },
    both: 'CredentialUnavailableError',
  },
  {
    name: 'az, if nobody has signed in, by its words',
    see: ({ AzureCliCredential }) => {
      const machine = machineWith('az', { words: 'ERROR: Please run "az login" to setup account.', status: 1 })
      return withVariables(machine.variables, () => says(() => new AzureCliCredential().getToken(scope), 'az login'))
    },
    both: true,
  },
  {
    name: 'az, if it is not installed',
    see: ({ AzureCliCredential }) =>
      withVariables({ PATH: mkdtempSync(join(tmpdir(), 'entrada-behaviour-')) }, () =>
        nameOfError(() => new AzureCliCredential().getToken(scope)),
      ),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'az, if it says that the sign-in is over',
    see: ({ AzureCliCredential }) => {
      const machine = machineWith('az', { words: 'ERROR: AADSTS70043: The refresh token has expired.', status: 1 })
      return withVariables(machine.variables, () => nameOfError(() => new AzureCliCredential().getToken(scope)))
    },
    both: 'CredentialUnavailableError',
  },
  {
    name: 'the words of az about a failure',
    see: ({ AzureCliCredential }) => {
      const machine = machineWith('az', { words: 'ERROR: AADSTS70043: The refresh token has expired.', status: 1 })
      return withVariables(machine.variables, () => says(() => new AzureCliCredential().getToken(scope), 'AADSTS70043'))
    },
    both: true,
  },
  {
    name: 'az does not take claims',
    see: ({ AzureCliCredential }) =>
      withVariables(machineWith('az', { output: azToken }).variables, () =>
        nameOfError(() => new AzureCliCredential().getToken(scope, { claims: '{"access_token":{}}' })),
      ),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a scope with characters that no scope has',
    see: ({ AzureCliCredential }) =>
      withVariables(machineWith('az', { output: azToken }).variables, () =>
        nameOfError(() => new AzureCliCredential().getToken('https://vault.azure.net/.default;ls')),
      ),
    peer: 'CredentialUnavailableError',
    ours: 'TypeError',
    onPurpose: 'A scope that a developer tool cannot be given',
  },
  {
    name: 'the token of azd',
    see: ({ AzureDeveloperCliCredential }) =>
      withVariables(machineWith('azd', { output: azdToken }).variables, async () => {
        const { token, expiresOnTimestamp } = await new AzureDeveloperCliCredential().getToken(scope)
        return [token, expiresOnTimestamp]
      }),
    both: ['token-of-azd', expiresOn * 1000],
  },
  {
    name: 'how azd is called',
    see: ({ AzureDeveloperCliCredential }) => {
      const machine = machineWith('azd', { output: azdToken })
      return withVariables(machine.variables, async () => {
        await new AzureDeveloperCliCredential({ tenantId }).getToken([scope, 'https://storage.azure.com/.default'])
        return machine.calls()
      })
    },
    both: [
      `auth token --output json --no-prompt --scope ${scope} --scope https://storage.azure.com/.default --tenant-id ${tenantId}`,
    ],
  },
  {
    name: 'azd, if it is not installed',
    see: ({ AzureDeveloperCliCredential }) =>
      withVariables({ PATH: mkdtempSync(join(tmpdir(), 'entrada-behaviour-')) }, () =>
        nameOfError(() => new AzureDeveloperCliCredential().getToken(scope)),
      ),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'PowerShell, if it is not installed',
    see: ({ AzurePowerShellCredential }) =>
      withVariables({ PATH: mkdtempSync(join(tmpdir(), 'entrada-behaviour-')) }, () =>
        nameOfError(() => new AzurePowerShellCredential().getToken(scope)),
      ),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'Visual Studio Code, without its plug-in',
    see: ({ VisualStudioCodeCredential }) => nameOfError(() => new VisualStudioCodeCredential().getToken(scope)),
    both: 'CredentialUnavailableError',
  },
]
