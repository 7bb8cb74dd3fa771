import {
  AuthorizationCodeCredential,
  AzurePipelinesCredential,
  CertificateCredential,
  ClientAssertionCredential,
  ClientSecretCredential,
  EnvironmentCredential,
  GitHubActionsCredential,
  OnBehalfOfCredential,
  type TokenCredentialOptions,
  type TransportInit,
  type TransportResponse,
  WorkloadIdentityCredential,
} from 'entrada'
import { type Ability, abilitiesOf, ask, type Given, gets } from './ability.ts'

/** Applications, and the users for whom they act. */
export const applications: readonly Ability[] = abilitiesOf('Applications', {
  '`ClientSecretCredential`': gets(
    ({ tenantId, clientId, clientSecret, authorityHost }) =>
      new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost }),
  ),
  '`ClientAssertionCredential`': gets(
    (given) => new ClientAssertionCredential(given.tenantId, given.clientId, () => ask(given, 'assertion'), at(given)),
  ),
  '`CertificateCredential`': gets(
    (given) =>
      new CertificateCredential(given.tenantId, given.clientId, { certificate: given.certificate.pem }, at(given)),
  ),
  '`OnBehalfOfCredential`, with a secret': gets((given) => {
    const { clientSecret } = given
    return new OnBehalfOfCredential({ ...userOf(given), clientSecret })
  }),
  '`OnBehalfOfCredential`, with a certificate': gets((given) => {
    const { pem: certificate } = given.certificate
    return new OnBehalfOfCredential({ ...userOf(given), certificate })
  }),
  async '`AuthorizationCodeCredential`'(given) {
    const { tenantId, clientId, clientSecret, redirectUri } = given
    const code = await ask(given, 'code')
    const make = () => new AuthorizationCodeCredential(tenantId, clientId, clientSecret, code, redirectUri, at(given))
    await gets(make)(given)
  },
  '`EnvironmentCredential`': gets((given) => new EnvironmentCredential(at(given))),
  '`WorkloadIdentityCredential`': gets((given) => new WorkloadIdentityCredential(at(given, 'workload'))),
  '`WorkloadIdentityCredential`, through the AKS token proxy': gets(
    (given) => new WorkloadIdentityCredential({ ...at(given, 'workload', 'tokenProxy'), enableAzureProxy: true }),
  ),
  '`AzurePipelinesCredential`': gets((given) => {
    const { tenantId, clientId, serviceConnectionId, envs } = given
    const token = envs.pipelines?.SYSTEM_ACCESSTOKEN ?? ''
    return new AzurePipelinesCredential(tenantId, clientId, serviceConnectionId, token, at(given, 'pipelines'))
  }),
  '`GitHubActionsCredential`': gets((given) => new GitHubActionsCredential(at(given, 'gitHubActions'))),
})

/** Options: the authority, and the environments of the names in place of the program's own. */
export function at({ authorityHost, envs }: Given, ...names: readonly string[]) {
  const env = Object.assign({}, ...names.map((name) => envs[name]))
  const retryOptions = { retryDelayInMs: 10 }
  return { authorityHost, retryOptions, ...(names.length === 0 ? {} : { host: { env } }) }
}

/** An application with a secret, in pages too, by a `fetch` of their own: what a credential does besides asking. */
export function withSecret(given: Given, options: TokenCredentialOptions = {}): ClientSecretCredential {
  const { tenantId, clientId, clientSecret, gateway } = given
  const own = gateway === undefined ? {} : { fetch: (url: string, init: TransportInit) => through(gateway, url, init) }
  return new ClientSecretCredential(tenantId, clientId, clientSecret, { ...at(given), ...own, ...options })
}

async function through(gateway: string, url: string, init: TransportInit): Promise<TransportResponse> {
  const { status, headers, body } = await fetch(gateway + encodeURIComponent(url), init)
  return { status, headers, body, text: async () => '' }
}

function userOf(given: Given) {
  const { tenantId, clientId, userToken: userAssertionToken } = given
  return { tenantId, clientId, userAssertionToken, ...at(given) }
}
