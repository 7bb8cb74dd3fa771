/** The resource whose tokens are assertions, and the id that stands for it in them. */
const tokenExchange = 'api://AzureADTokenExchange'
const tokenExchangeId = 'fb60f99c-7a34-4190-8149-302f77469936'

/** Whether tokens for a resource are to be used as assertions, which have version 2.0. */
export function isTokenExchange(resource: string): boolean {
  return [tokenExchange.toLowerCase(), tokenExchangeId].includes(resource.toLowerCase())
}

/** The `aud` of tokens for the exchange. */
export const exchangeAudience: string = tokenExchangeId

/** An assertion's audience as a federated credential names it. */
export function namedAudience(audience: string): string {
  return audience === tokenExchangeId ? tokenExchange : audience
}

/** The issuer of a tenant's version 1.0 tokens. */
export interface IssuerService {
  issuer(tenantId: string): string
}

const publicCloud = 'https://sts.windows.net/'

/** The `iss` of assertions for a tenant, which have version 2.0. */
export function issuerV2({ issuer }: IssuerService, tenantId: string): string {
  return `${issuer(tenantId).replace(publicCloud, 'https://login.microsoftonline.com/')}v2.0`
}

/**
 * The `iss` of other tokens of version 2.0: the issuer in the metadata at the request's address, unless tokens must
 * look like the public cloud's.
 */
export function issuerAt(service: IssuerService, tenantId: string, origin: string | undefined): string {
  const isPublicCloud = service.issuer(tenantId).startsWith(publicCloud)
  return origin === undefined || isPublicCloud ? issuerV2(service, tenantId) : `${origin}/${tenantId}/v2.0`
}
