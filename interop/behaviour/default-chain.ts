import { tmpdir } from 'node:os'
import type { DefaultAzureCredentialOptions } from '@azure/identity'
import type { Library, Row } from './row.ts'
import { errorOf, nameOfError, says, withVariables } from './seen.ts'
import { clientId, clientSecret, refusal, scope, type TokenService, tenantId, tokenService } from './token-service.ts'

const application = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret }
/** A machine without tools. */
const bare = { PATH: '', HOME: tmpdir() }

function standard(
  { DefaultAzureCredential }: Library,
  httpClient: TokenService,
  options: DefaultAzureCredentialOptions = {},
) {
  return new DefaultAzureCredential({ httpClient, retryOptions: { maxRetries: 0 }, ...options })
}

/** `DefaultAzureCredential` and `EnvironmentCredential`. */
export const defaultChain: readonly Row[] = [
  {
    name: 'the application that the variables name',
    see: (library) =>
      withVariables(application, async () => {
        const service = tokenService()
        await standard(library, service).getToken(scope)
        return service.requests.map(({ form }) => form.client_secret)
      }),
    both: [clientSecret],
  },
  {
    name: 'a second call costs no request',
    see: (library) =>
      withVariables(application, async () => {
        const service = tokenService()
        const credential = standard(library, service)
        await credential.getToken(scope)
        await credential.getToken(scope)
        return service.requests.length
      }),
    both: 1,
  },
  {
    name: 'a wrong secret in the variables stops it',
    see: (library) =>
      withVariables(application, () =>
        nameOfError(() => standard(library, tokenService(refusal('invalid_client', 7000215))).getToken(scope)),
      ),
    both: 'AuthenticationError',
  },
  {
    name: 'the status of a wrong secret in the variables',
    see: (library) =>
      withVariables(application, async () => {
        const credential = standard(library, tokenService(refusal('invalid_client', 7000215)))
        return (await errorOf(() => credential.getToken(scope)))?.statusCode
      }),
    peer: 400,
    ours: 401,
    onPurpose: 'The error of `EnvironmentCredential` has the status 400',
  },
  {
    name: 'nothing is set up',
    see: (library) =>
      withVariables({ ...bare, AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential' }, () =>
        nameOfError(() => standard(library, tokenService()).getToken(scope)),
      ),
    both: 'AggregateAuthenticationError',
  },
  {
    name: 'a value of AZURE_TOKEN_CREDENTIALS that names nothing',
    see: (library) =>
      withVariables({ AZURE_TOKEN_CREDENTIALS: 'bogus' }, () => nameOfError(() => standard(library, tokenService()))),
    peer: 'Error',
    ours: 'TypeError',
    onPurpose: 'A malformed argument',
  },
  {
    name: 'a value of AZURE_TOKEN_CREDENTIALS in another case and with blanks',
    see: (library) =>
      withVariables({ ...application, AZURE_TOKEN_CREDENTIALS: ' environmentcredential ' }, async () => {
        const token = await standard(library, tokenService()).getToken(scope)
        return token.tokenType
      }),
    both: 'Bearer',
  },
  {
    name: 'AZURE_TOKEN_CREDENTIALS=prod with an application',
    see: (library) =>
      withVariables({ ...application, AZURE_TOKEN_CREDENTIALS: 'prod' }, async () => {
        const token = await standard(library, tokenService()).getToken(scope)
        return token.tokenType
      }),
    both: 'Bearer',
  },
  {
    name: 'AZURE_TOKEN_CREDENTIALS=dev leaves the application of the variables out',
    see: (library) =>
      withVariables({ ...application, ...bare, AZURE_TOKEN_CREDENTIALS: 'dev' }, () =>
        nameOfError(() => standard(library, tokenService()).getToken(scope)),
      ),
    both: 'AggregateAuthenticationError',
  },
  {
    name: 'a variable of requiredEnvVars that is not set',
    see: (library) =>
      nameOfError(() => standard(library, tokenService(), { requiredEnvVars: ['AZURE_FEDERATED_TOKEN_FILE'] })),
    both: 'Error',
  },
  {
    name: 'the words for a variable of requiredEnvVars that is not set',
    see: (library) =>
      says(
        () => standard(library, tokenService(), { requiredEnvVars: 'AZURE_FEDERATED_TOKEN_FILE' }),
        "Required environment variable 'AZURE_FEDERATED_TOKEN_FILE' for DefaultAzureCredential is not set or empty.",
      ),
    both: true,
  },
  {
    name: 'a managed identity by its client id and its resource id',
    see: (library) =>
      nameOfError(() =>
        standard(library, tokenService(), {
          managedIdentityClientId: clientId,
          managedIdentityResourceId:
            '/subscriptions/1/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/n',
        } as DefaultAzureCredentialOptions),
      ),
    both: 'no error',
  },
  {
    name: 'a workload that is refused',
    see: (library) =>
      withVariables({ ...bare, AZURE_TOKEN_CREDENTIALS: 'WorkloadIdentityCredential' }, () =>
        nameOfError(() => standard(library, tokenService()).getToken(scope)),
      ),
    peer: 'CredentialUnavailableError',
    ours: 'AggregateAuthenticationError',
    onPurpose: 'A member that cannot be constructed',
  },
  {
    name: 'the options object stays as it was',
    see: (library) =>
      withVariables(application, () => {
        const options = Object.freeze({ httpClient: tokenService() })
        return nameOfError(() => new library.DefaultAzureCredential(options))
      }),
    both: 'no error',
  },
  {
    name: 'getDefaultAzureCredential makes one',
    see: ({ getDefaultAzureCredential }) => typeof getDefaultAzureCredential().getToken,
    both: 'function',
  },
  {
    name: 'the environment’s credential where nothing is set',
    see: ({ EnvironmentCredential }) => nameOfError(() => new EnvironmentCredential().getToken(scope)),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'the environment’s credential with half of the variables',
    see: ({ EnvironmentCredential }) =>
      withVariables({ AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId }, () =>
        nameOfError(() => new EnvironmentCredential().getToken(scope)),
      ),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'the environment’s credential prefers the secret to the password',
    see: ({ EnvironmentCredential }) => {
      const user = { AZURE_USERNAME: 'ada@contoso.example', AZURE_PASSWORD: 'password' }
      return withVariables({ ...application, ...user }, async () => {
        const httpClient = tokenService()
        await new EnvironmentCredential({ httpClient }).getToken(scope)
        return httpClient.requests.map(({ form }) => form.grant_type)
      })
    },
    both: ['client_credentials'],
  },
  {
    name: 'a refusal of the environment’s credential',
    see: ({ EnvironmentCredential }) =>
      withVariables(application, async () => {
        const httpClient = tokenService(refusal('invalid_client', 7000215))
        return nameOfError(() => new EnvironmentCredential({ httpClient }).getToken(scope))
      }),
    both: 'AuthenticationError',
  },
]
