import { DefaultAzureCredential } from 'entrada'
import { test } from 'vitest'
import { selectMembers } from '../packages/entrada/src/credentials/default-members.ts'
import { quoted } from '../packages/entrada/src/runtime/quoted.ts'
import { credentialPage } from './credential-page.ts'
import { expectParts, table } from './generated-parts.ts'

/** What each member looks at before anybody is asked, and who it signs in. */
const looksAt: Readonly<Record<string, [signsIn: string, sees: string]>> = {
  EnvironmentCredential: [
    'an application, or a user (deprecated)',
    '`AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET`, else `AZURE_CLIENT_CERTIFICATE_PATH`, else `AZURE_USERNAME` and `AZURE_PASSWORD`',
  ],
  WorkloadIdentityCredential: [
    'a workload on Kubernetes',
    '`AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and the token in `AZURE_FEDERATED_TOKEN_FILE`',
  ],
  ManagedIdentityCredential: [
    'the identity of the Azure host',
    '`IDENTITY_ENDPOINT` and its companions, `MSI_ENDPOINT`, the agent of Azure Arc; else the instance metadata service, which has a second to answer',
  ],
  GitHubActionsCredential: ['the job of GitHub Actions', '`ACTIONS_ID_TOKEN_REQUEST_URL` and `…_TOKEN`'],
  SharedTokenCacheCredential: [
    'an account that a developer tool signed in',
    'the token cache that those tools share, with `AZURE_USERNAME` if there are several',
  ],
  VisualStudioCodeCredential: [
    'the user of the Azure Resources extension',
    'the plug-in of `useIdentityPlugin`, and the record that the extension writes',
  ],
  AzureCliCredential: ['the account of `az login`', '`az` on `PATH`, then what it answers'],
  AzurePowerShellCredential: [
    'the account of `Connect-AzAccount`',
    '`pwsh` (on Windows also `powershell`) on `PATH`, then what it answers',
  ],
  AzureDeveloperCliCredential: ['the account of `azd auth login`', '`azd` on `PATH`, then what it answers'],
  InteractiveBrowserCredential: ['the person at this machine', 'whether a browser can be opened here'],
  BrokerCredential: ['the account of the operating system', 'the plug-in of `useIdentityPlugin`'],
}

const everyMember = { excludeGitHubActionsCredential: false, excludeInteractiveBrowserCredential: false }

test('docs/how-a-credential-is-chosen.md has the members of the default chain, in order, and who says which take part', async () => {
  const namesFor = (value: string): Set<string> => {
    const env = value === '' ? {} : { AZURE_TOKEN_CREDENTIALS: value }
    return new Set(selectMembers({}, env, 'docs', quoted).map(({ name }) => name))
  }
  const byDefault = namesFor('')
  const all = selectMembers(everyMember, {}, 'docs', quoted)
  const members = all.map(({ name, exclude }, index) => {
    const [signsIn, sees] = looksAt[name] ?? []
    if (signsIn === undefined || sees === undefined) throw new Error(`Say what ${name} looks at.`)
    const option = byDefault.has(name) ? `\`${exclude}: true\` leaves it out` : `\`${exclude}: false\` puts it in`
    const shown = name === 'BrokerCredential' ? `\`${name}\`` : `[\`${name}\`](${credentialPage(name)})`
    return [String(index + 1), shown, signsIn, sees, option]
  })
  const values = ['', 'prod', 'dev']
  const sets = values.map(namesFor)
  const groups = all.map(({ name }) => [`\`${name}\``, ...sets.map((set) => (set.has(name) ? '✓' : '')), '✓'])

  const nothing = new DefaultAzureCredential({
    host: { env: { PATH: '/home/you/bin', HOME: '/home/you' } },
    ...nowhere(),
  })
  const { attempts } = await nothing.explain('https://storage.azure.com/.default')
  await nothing.close()
  const lines = attempts.map(
    ({ credential, outcome, reason, remedy }) => `${credential}: ${outcome} ${reason} ${remedy}`,
  )

  await expectParts('docs/how-a-credential-is-chosen.md', {
    members: table(['', 'credential', 'signs in', 'looks at', 'option'], members),
    explained: ['```txt', ...lines, 'no credential has a token', '```'].join('\n'),
    groups: table(['', 'not set', '`prod`', '`dev`', 'its own name'], groups),
  })
})

/** A network without an instance metadata service. */
function nowhere(): { fetch: () => Promise<never> } {
  return { fetch: () => Promise.reject(new TypeError('fetch failed')) }
}
