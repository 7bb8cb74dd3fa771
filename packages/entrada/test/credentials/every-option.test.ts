import * as entrada from 'entrada'
import { describe, expect, test } from 'vitest'
import { Tab } from '../page/browser.ts'
import { clientId, tenantId } from '../world.ts'
import { optionsInTypes } from './options-in-types.ts'
import { thrown } from './thrown.ts'

/** Whatever they are, they do nothing, and a warning says so. */
const withoutEffect = ['agent', 'additionalPolicies', 'redirectOptions', 'brokerOptions']

/** Makes each credential with nothing but what it needs, and these options. */
const makers: Record<string, (options: never) => unknown> = {
  AuthorizationCodeCredential: (options) =>
    new entrada.AuthorizationCodeCredential(tenantId, clientId, 'code', 'https://app.example', options),
  AzureCliCredential: (options) => new entrada.AzureCliCredential(options),
  AzureDeveloperCliCredential: (options) => new entrada.AzureDeveloperCliCredential(options),
  AzurePipelinesCredential: (options) =>
    new entrada.AzurePipelinesCredential({
      ...{ tenantId, clientId, serviceConnectionId: 'connection', systemAccessToken: 'access' },
      ...(options as object),
    }),
  AzurePowerShellCredential: (options) => new entrada.AzurePowerShellCredential(options),
  CertificateCredential: (options) => new entrada.CertificateCredential(tenantId, clientId, 'app.pem', options),
  ClientAssertionCredential: (options) =>
    new entrada.ClientAssertionCredential(tenantId, clientId, () => 'assertion', options),
  ClientCertificateCredential: (options) =>
    new entrada.ClientCertificateCredential(tenantId, clientId, 'app.pem', options),
  ClientSecretCredential: (options) => new entrada.ClientSecretCredential(tenantId, clientId, 'secret', options),
  DefaultAzureCredential: (options) => new entrada.DefaultAzureCredential(options),
  DeviceCodeCredential: (options) => new entrada.DeviceCodeCredential(options),
  EnvironmentCredential: (options) => new entrada.EnvironmentCredential(options),
  GitHubActionsCredential: (options) =>
    new entrada.GitHubActionsCredential({ ...{ tenantId, clientId }, ...(options as object) }),
  InteractiveBrowserCredential: (options: object) => new entrada.InteractiveBrowserCredential({ clientId, ...options }),
  ManagedIdentityCredential: (options) => new entrada.ManagedIdentityCredential(options),
  OnBehalfOfCredential: (options: object) =>
    new entrada.OnBehalfOfCredential({ tenantId, clientId, ...wayToAuthenticate(options), ...options } as never),
  SharedTokenCacheCredential: (options) => new entrada.SharedTokenCacheCredential(options),
  UsernamePasswordCredential: (options) =>
    new entrada.UsernamePasswordCredential(clientId, 'user', 'password', options),
  VisualStudioCodeCredential: (options) => new entrada.VisualStudioCodeCredential(options),
  WorkloadIdentityCredential: (options) =>
    new entrada.WorkloadIdentityCredential({
      ...{ tenantId, clientId, tokenFilePath: 'token' },
      ...(options as object),
    }),
}

/** The way that an option belongs to; with another, it would be one too many. */
function wayToAuthenticate(options: object): object {
  if ('certificate' in options || 'certificatePath' in options || 'getAssertion' in options) return {}
  if ('sign' in options) return { certificate: '-----BEGIN CERTIFICATE-----' }
  if ('certificatePassword' in options || 'sendCertificateChain' in options) return { certificatePath: 'app.pem' }
  return { clientSecret: 'secret' }
}

const pageOnly = ['loginStyle']

const credentials = [...optionsInTypes()].filter(([, options]) => options.length > 0)

describe.each(credentials)('%s', (name, options) => {
  test.each(options.map((option) => option.name).filter((option) => !withoutEffect.includes(option)))(
    'says before any I/O that %s cannot be -1, which no option can be',
    (option) => {
      const page = pageOnly.includes(option) ? { page: new Tab('https://app.example/') } : {}
      const host = option === 'host' ? -1 : { env: {}, ...page }
      const error = thrown(() => makers[name]?.({ host, [option]: -1 } as never))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(new RegExp(`^${name}: .*\\b${option}\\b`))
    },
  )
})

test('docs/options.md has every option that not all credentials have, in the words of its doc comment', async () => {
  const sharedWords = new Map(
    credentials.find(([name]) => name === 'ClientSecretCredential')?.[1].map(({ name, words }) => [name, words]),
  )
  expect(sharedWords.size).toBeGreaterThan(10)
  const sections = credentials.flatMap(([credential, options]) => {
    const own = options.filter(({ name, words }) => sharedWords.get(name) !== words)
    for (const { name, words } of own) expect(words, `the doc comment of ${credential}'s ${name}`).not.toBe('')
    const rows = own.map(({ name, words }) => `| \`${name}\` | ${words.replaceAll('|', '\\|')} |`)
    return own.length === 0 ? [] : [[`## ${credential}`, '', '| option | |', '| --- | --- |', ...rows].join('\n')]
  })
  const head = `# Options of some credentials

[All credentials share the others](../README.md#credentials). The rows are the options' doc comments;
\`npx vitest run every-option --update\` writes this page.`
  await expect(`${[head, ...sections].join('\n\n')}\n`).toMatchFileSnapshot('../../../../docs/options.md')
})
