import {
  type AccessToken as AzureAccessToken,
  type GetTokenOptions as AzureGetTokenOptions,
  type TokenCredential as AzureTokenCredential,
  isTokenCredential,
} from '@azure/core-auth'
import { onBehalfOf } from '@entrada/verify'
import * as entrada from 'entrada'
import { expect, expectTypeOf, test } from 'vitest'

// The types are compared by `tsc -p tsconfig.check.json`; that they were is one of the checks of `npm test`.

test('each of our credentials is a TokenCredential of @azure/core-auth', () => {
  const tenantId = '7e57ab1e-0000-4000-8000-000000000001'
  const secret = new entrada.ClientSecretCredential(tenantId, tenantId, 'secret')
  const environment = new entrada.EnvironmentCredential()
  const chain = new entrada.ChainedTokenCredential(secret, environment)
  const standard = new entrada.DefaultAzureCredential()
  const accepted: AzureTokenCredential[] = [secret, environment, chain, standard, entrada.getDefaultAzureCredential()]
  expect(accepted.every(isTokenCredential)).toBe(true)
})

test('what calls on behalf of a verified caller is one too', () => {
  const credential = new entrada.OnBehalfOfCredential({ tenantId: 't', clientId: 'c', clientSecret: 's' })
  expectTypeOf(onBehalfOf(credential)).returns.toExtend<AzureTokenCredential>()
})

test('what an Azure client passes to getToken is what ours takes', () => {
  expectTypeOf<AzureGetTokenOptions>().toExtend<entrada.GetTokenOptions>()
})

test('what our getToken gives is what an Azure client takes', () => {
  expectTypeOf<entrada.AccessToken>().toExtend<AzureAccessToken>()
})

test('a credential that somebody else wrote for @azure/core-auth fits into our chain and our provider', () => {
  expectTypeOf<AzureTokenCredential>().toExtend<ConstructorParameters<typeof entrada.ChainedTokenCredential>[number]>()
  expectTypeOf<AzureTokenCredential>().toExtend<Parameters<typeof entrada.getBearerTokenProvider>[0]>()
})
