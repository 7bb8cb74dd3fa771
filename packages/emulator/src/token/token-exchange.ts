import type { Service } from '../service.ts'

/** The resource whose tokens are assertions, and the id that stands for it in them. */
const TOKEN_EXCHANGE = 'api://AzureADTokenExchange'
const TOKEN_EXCHANGE_ID = 'fb60f99c-7a34-4190-8149-302f77469936'

/** Whether tokens for a resource are made to be shown as assertions. Such tokens are of version 2.0. */
export function isTokenExchange(resource: string): boolean {
  return [TOKEN_EXCHANGE.toLowerCase(), TOKEN_EXCHANGE_ID].includes(resource.toLowerCase())
}

/** The `aud` of tokens for the exchange. */
export const exchangeAudience: string = TOKEN_EXCHANGE_ID

/** An assertion's audience as a federated credential names it. */
export function namedAudience(audience: string): string {
  return audience === TOKEN_EXCHANGE_ID ? TOKEN_EXCHANGE : audience
}

/** The `iss` of a tenant's tokens of version 2.0. */
export function issuerV2({ issuer }: Pick<Service, 'issuer'>, tenantId: string): string {
  return `${issuer(tenantId).replace('https://sts.windows.net/', 'https://login.microsoftonline.com/')}v2.0`
}
