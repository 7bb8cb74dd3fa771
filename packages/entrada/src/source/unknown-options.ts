import { common } from './check-options.ts'
import type { CredentialOptions } from './options.ts'

/** Options of the Azure SDK's pipeline that have no counterpart here. */
const withoutEffect: readonly string[] = [
  'agent',
  'additionalPolicies',
  'redirectOptions',
] satisfies (keyof CredentialOptions)[]

/**
 * Other names for our options, from other Azure libraries and from habit, without hyphens, underscores and capitals.
 */
const otherNames: Readonly<Record<string, string>> = {
  authority: 'authorityHost',
  excludeclicredential: 'excludeAzureCliCredential',
  excludedeveloperclicredential: 'excludeAzureDeveloperCliCredential',
  excludeazdcredential: 'excludeAzureDeveloperCliCredential',
  excludeazcredential: 'excludeAzureCliCredential',
  excludepowershellcredential: 'excludeAzurePowerShellCredential',
  excludemsicredential: 'excludeManagedIdentityCredential',
  excludevscodecredential: 'excludeVisualStudioCodeCredential',
  excludeinteractivecredential: 'excludeInteractiveBrowserCredential',
  processtimeout: 'processTimeoutInMs',
  timeout: 'timeoutInMs',
  requireenvvar: 'requiredEnvVars',
  cachepersistenceoptions: 'tokenCachePersistenceOptions',
  clientassertionfunc: 'getAssertion',
  userassertion: 'userAssertionToken',
  certificatedata: 'certificate',
  password: 'certificatePassword',
  promptcallback: 'userPromptCallback',
  usetokenproxy: 'enableAzureProxy',
  federatedtokenfile: 'tokenFilePath',
  transport: 'fetch',
  proxies: 'proxyOptions',
  retrypolicy: 'retryOptions',
  useragentpolicy: 'userAgentOptions',
  regionalauthority: 'AZURE_REGIONAL_AUTHORITY_NAME',
}

/**
 * Warns about each unknown option that was given. `own` are the credential's options in addition to those that all
 * share.
 */
export function warnOfUnknown(
  options: object,
  unknown: readonly string[],
  own: object,
  warn: (message: string) => void,
): void {
  const names = [...Object.keys(common), ...Object.keys(own)]
  const given = unknown.filter((name) => (options as Record<string, unknown>)[name] !== undefined)
  for (const option of given) {
    warn(
      withoutEffect.includes(option)
        ? `the option ${option} has no effect. Use the option fetch instead.`
        : unknownOption(option, names),
    )
  }
}

/** The warning about an option that the credential does not have; `names` are those that it has. */
function unknownOption(option: string, names: readonly string[]): string {
  const shown = JSON.stringify(option.slice(0, 60))
  const right = rightName(option, names)
  const advice = right === undefined ? 'Check its name' : `Did you mean ${right}`
  return `the option ${shown} is not known here and has no effect. ${advice}${right === undefined ? '.' : '?'}`
}

function rightName(option: string, names: readonly string[]): string | undefined {
  const asked = plain(option)
  const same = names.find((name) => plain(name) === asked) ?? otherNames[asked]
  if (same !== undefined) return same
  const distances = names.map((name) => [distance(asked, plain(name)), name] as const)
  const [nearest] = distances.sort(([left], [right]) => left - right)
  // Up to a quarter of the name may be wrong.
  return nearest !== undefined && nearest[0] <= asked.length / 4 ? nearest[1] : undefined
}

function plain(name: string): string {
  return name
    .replace(/[^a-z\d]/gi, '')
    .toLowerCase()
    .slice(0, 60)
}

/** How many letters must be inserted, removed or changed to get from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1]
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] as number) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] as number) + 1, (next[column] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
