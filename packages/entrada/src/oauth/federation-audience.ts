import { AzureAuthorityHosts } from './authority.ts'

/** The audience that a token needs to serve as an assertion, by cloud (Microsoft's "workload identity federation"). */
export function federationAudience(authority: string): string {
  const { host } = new URL(authority)
  if (host === new URL(AzureAuthorityHosts.AzureGovernment).host) return 'api://AzureADTokenExchangeUSGov'
  if (host === new URL(AzureAuthorityHosts.AzureChina).host) return 'api://AzureADTokenExchangeChina'
  return 'api://AzureADTokenExchange'
}
