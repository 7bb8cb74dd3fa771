import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  DefaultAzureCredential,
  type EntradaCredential,
  type TokenCredentialOptions,
} from 'entrada'
import { describe, expect, test } from 'vitest'
import { failure } from '../world.ts'
import { imagine, scope } from './machine.ts'

/** What nobody means, each as a value of its own and after a good beginning. */
const hostile: [string, string][] = [
  ['an option', '--debug'],
  ['a short option', '-h'],
  ['an option with a value', '--output=tsv'],
  ['a semicolon', 'a;id'],
  ['a pipe', 'a|id'],
  ['an ampersand', 'a&calc'],
  ['a dollar', '$HOME'],
  ['a command in parentheses', '$(id)'],
  ['a backtick', '`id`'],
  ['a double quote', 'a"b'],
  ['a single quote', "a'b"],
  ['a variable of Windows', '%PATH%'],
  ['a caret', 'a^b'],
  ['a redirection', 'a>b'],
  ['a star', 'a*'],
  ['a backslash', 'a\\b'],
  ['a line break', 'a\nb'],
  ['a line break at its end', 'a\n'],
  ['a carriage return', 'a\r'],
  ['a NUL', 'a\0b'],
  ['an escape', 'a\u001b[0m'],
  ['a letter that looks like another', '\u0430bc'],
  ['a full-width hyphen', '\uff0d\uff0ddebug'],
  ['a dash', '\u2013debug'],
  ['a mark that turns the direction', 'a\u202eb'],
  ['a blank before it', ' --debug'],
  ['a megabyte', 'a'.repeat(1 << 20)],
]

const kinds: [string, new (options: TokenCredentialOptions & { tenantId?: string }) => EntradaCredential][] = [
  ['AzureCliCredential', AzureCliCredential],
  ['AzureDeveloperCliCredential', AzureDeveloperCliCredential],
  ['AzurePowerShellCredential', AzurePowerShellCredential],
]

describe.each(kinds)('%s starts nothing', (name, Credential) => {
  test.each(hostile)('for a scope with %s', async (_, value) => {
    const { options, started } = imagine(() => ({}))
    await using credential = new Credential(options)
    for (const scopes of [value, [scope, value], [value, scope]]) {
      const error = await failure(credential.getToken(scopes))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(new RegExp(`^${name}: scope`))
      expect(error.message.length).toBeLessThan(300)
    }
    expect(started).toHaveLength(0)
  })

  test.each(hostile)('for a tenant with %s', async (_, value) => {
    const { options, started } = imagine(() => ({}))
    expect(() => new Credential({ ...options, tenantId: value })).toThrow(TypeError)
    await using credential = new Credential(options)
    const error = await failure(credential.getToken(scope, { tenantId: value }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(new RegExp(`^${name}: tenantId`))
    expect(error.message.length).toBeLessThan(300)
    expect(started).toHaveLength(0)
  })
})

test.each([
  ...hostile,
  ['an option and a value', '--output tsv'],
  ['nothing', ''],
  ['a blank alone', ' '],
  ['a blank at its end', 'a '],
])('AzureCliCredential takes no subscription with %s', (_, subscription) => {
  const create = () => new AzureCliCredential({ subscription: subscription as string })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(/^AzureCliCredential: Subscription .*contains invalid characters\. .*use its ID instead\.$/)
})

test.each<[string, object, RegExp]>([
  ['a subscription that is a number', { subscription: 5 }, /Subscription of type number/],
  ['a time-out that is a text', { processTimeoutInMs: '10' }, /options\.processTimeoutInMs is string/],
  ['a negative time-out', { processTimeoutInMs: -1 }, /options\.processTimeoutInMs is -1/],
  ['a time-out that is no number', { processTimeoutInMs: Number.NaN }, /options\.processTimeoutInMs is NaN/],
  ['a text for cache', { cache: 'no' }, /options\.cache is of type string/],
  ['a tenant that is a number', { tenantId: 5 }, /tenantId 5 cannot be a tenant/],
])('AzureCliCredential refuses %s', (_, options, message) => {
  expect(() => new AzureCliCredential(options as never)).toThrow(TypeError)
  expect(() => new AzureCliCredential(options as never)).toThrow(message)
})

test('the default chain hands the tenant and the time-out to its tools, checked', async () => {
  const machine = imagine(() => ({ code: 1, stderr: 'no' }), { env: { AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' } })
  await using credential = new DefaultAzureCredential({
    ...machine.options,
    tenantId: 'contoso.com',
    processTimeoutInMs: 5,
  })
  await failure(credential.getToken(scope))
  expect(machine.started[0]).toMatchObject({ timeoutMs: 5, args: expect.arrayContaining(['contoso.com']) })
  expect(() => new DefaultAzureCredential({ ...machine.options, tenantId: '--debug' })).toThrow(TypeError)
})
