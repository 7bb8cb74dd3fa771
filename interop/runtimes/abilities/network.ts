import { ClientSecretCredential, ManagedIdentityCredential, type TokenCredentialOptions } from 'entrada'
import { type Ability, abilitiesOf, ask, check, failure, type Given, newScope, Told, tokenOf } from './ability.ts'
import { at } from './applications.ts'

type Options = TokenCredentialOptions & { authorityHost: string }

/** Authorities that have to be trusted, and proxies. */
const direct = abilitiesOf('Network', {
  'A certificate that `tlsOptions` trusts': ({ stranger: { authorityHost, ca }, ...given }) =>
    tokenOr(given, { authorityHost, tlsOptions: { ca } }),
  async 'A certificate that nobody trusts is refused at once'({ stranger, ...given }) {
    let retries = 0
    const onEvent: TokenCredentialOptions['onEvent'] = ({ type }) => {
      if (type === 'request-retried') retries++
    }
    const options = { authorityHost: stranger.authorityHost, onEvent, retryOptions: { retryDelayInMs: 10 } }
    const credential = withSecret(given, options)
    const error = await failure(credential.getToken(newScope()))
    await credential.close()
    check(retries === 0, `it was tried ${retries + 1} times: ${error.message}`)
  },
  '`proxyOptions`': ({ proxied: { authorityHost, port }, ...given }) =>
    tokenOr(given, { authorityHost, proxyOptions: { host: 'http://127.0.0.1', port } }),
})

/** The proxy that the environment names. */
const behindProxy = abilitiesOf('Network', {
  '`HTTPS_PROXY`': ({ proxied: { authorityHost }, ...given }) => tokenOr(given, { authorityHost }),
  async 'A managed identity’s secret goes to no proxy'(given) {
    const before = await ask(given, 'proxied')
    await tokenOf(new ManagedIdentityCredential(at(given, 'appService')))
    const seen = await ask(given, 'proxied')
    check(seen === before, 'the proxy was given the request')
  },
})

export const network: readonly Ability[] = [
  ...direct,
  ...behindProxy.map((ability): Ability => ({ ...ability, isBehindProxy: true })),
]

/** Gets a token, or rejects with the warning that an option has no effect here, if there was one. */
async function tokenOr(given: Pick<Given, 'tenantId' | 'clientId' | 'clientSecret'>, options: Options): Promise<void> {
  const warnings: string[] = []
  const onEvent: TokenCredentialOptions['onEvent'] = (event) => {
    if (event.type === 'warning') warnings.push(`${event.credential}: ${event.message}`)
  }
  const retryOptions = { maxRetries: 0 }
  await tokenOf(withSecret(given, { ...options, onEvent, retryOptions })).catch((error: unknown) => {
    if (warnings[0] === undefined) throw error
    throw new Told(warnings[0])
  })
}

function withSecret(
  { tenantId, clientId, clientSecret }: Pick<Given, 'tenantId' | 'clientId' | 'clientSecret'>,
  options: Options,
): ClientSecretCredential {
  return new ClientSecretCredential(tenantId, clientId, clientSecret, options)
}
