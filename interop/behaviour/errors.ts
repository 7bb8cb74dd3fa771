import type { TokenCredential } from '@azure/identity'
import type { Library, Row } from './row.ts'
import { errorOf, nameOfError, pick, says } from './seen.ts'
import {
  type Answer,
  clientId,
  clientSecret,
  refusal,
  scope,
  tenantId,
  tokenService,
  unreachable,
} from './token-service.ts'

/** How an application with a secret fails with these answers. */
function failing({ ClientSecretCredential }: Library, ...answers: (Answer | (() => Answer))[]): () => Promise<unknown> {
  const options = { httpClient: tokenService(...answers), retryOptions: { maxRetries: 0 } }
  const credential: TokenCredential = new ClientSecretCredential(tenantId, clientId, clientSecret, options)
  return () => credential.getToken(scope)
}

const wrongSecret = refusal('invalid_client', 7000215)
const unavailableHtml: Answer = { status: 503, body: '<html>busy</html>' }
const json = JSON.stringify({
  error: 'invalid_grant',
  error_description: 'AADSTS70008: Expired.',
  error_codes: [70008],
})

/** The classes of errors, and which of them a refusal is. */
export const errors: readonly Row[] = [
  {
    name: 'the names that errors have',
    see: (library) => [
      new library.CredentialUnavailableError('x').name,
      new library.AuthenticationError(400, 'x').name,
      new library.AggregateAuthenticationError([]).name,
      new library.AuthenticationRequiredError({ scopes: [] }).name,
    ],
    both: [
      'CredentialUnavailableError',
      'AuthenticationError',
      'AggregateAuthenticationError',
      'AuthenticationRequiredError',
    ],
  },
  {
    name: 'the constants that hold those names',
    see: (library) => [
      library.CredentialUnavailableErrorName,
      library.AuthenticationErrorName,
      library.AggregateAuthenticationErrorName,
    ],
    both: ['CredentialUnavailableError', 'AuthenticationError', 'AggregateAuthenticationError'],
  },
  {
    name: 'an unavailable error with a cause',
    see: ({ CredentialUnavailableError }) => {
      const cause = new Error('why')
      const error = new CredentialUnavailableError('what', { cause })
      return [error.message, error.cause === cause, error instanceof Error]
    },
    both: ['what', true, true],
  },
  {
    name: 'an authentication error made of Entra ID’s fields',
    see: ({ AuthenticationError }) => {
      const error = new AuthenticationError(400, { error: 'invalid_grant', error_description: 'Expired.' })
      return [error.statusCode, error.errorResponse.error, error.errorResponse.errorDescription, error.message]
    },
    both: [400, 'invalid_grant', 'Expired.', 'invalid_grant Status code: 400\nMore details:\nExpired.,'],
  },
  {
    name: 'the other fields of an authentication error made of Entra ID’s',
    see: ({ AuthenticationError }) => {
      const error = new AuthenticationError(400, refusal('invalid_grant', 70008).body as object)
      return pick(error.errorResponse, 'errorCodes', 'timestamp', 'traceId', 'correlationId')
    },
    both: {
      errorCodes: [70008],
      timestamp: '2026-11-01 10:00:00Z',
      traceId: 'a8eb0000-0000-4000-8000-000000000001',
      correlationId: 'a8eb0000-0000-4000-8000-000000000002',
    },
  },
  {
    name: 'an authentication error made of the text of a JSON response',
    see: ({ AuthenticationError }) => {
      const { errorResponse, message } = new AuthenticationError(400, json)
      return [pick(errorResponse, 'error', 'errorDescription', 'errorCodes'), message.split('\n')[0]]
    },
    both: [
      { error: 'invalid_grant', errorDescription: 'AADSTS70008: Expired.', errorCodes: [70008] },
      'invalid_grant Status code: 400',
    ],
  },
  {
    name: 'an authentication error of status 400 made of other text',
    see: ({ AuthenticationError }) => new AuthenticationError(400, 'not JSON').errorResponse.error,
    both: 'invalid_request',
  },
  {
    name: 'an authentication error of another status made of other text',
    see: ({ AuthenticationError }) => new AuthenticationError(502, '<html>').errorResponse.error,
    both: 'unknown_error',
  },
  {
    name: 'an authentication error made of nothing',
    see: ({ AuthenticationError }) => new AuthenticationError(500, null).errorResponse.error,
    both: 'unknown_error',
  },
  {
    name: 'an authentication error with a cause',
    see: ({ AuthenticationError }) => {
      const cause = new Error('why')
      return new AuthenticationError(400, { error: 'x', error_description: 'y' }, { cause }).cause === cause
    },
    both: true,
  },
  {
    name: 'an aggregate holds the errors it was given',
    see: ({ AggregateAuthenticationError }) => {
      const first = new Error('first')
      const error = new AggregateAuthenticationError([first], 'All failed.')
      return [error.errors[0] === first, error.message.startsWith('All failed.'), error.message.includes('first')]
    },
    both: [true, true, true],
  },
  {
    name: 'an error that asks for a person says for which scopes',
    see: ({ AuthenticationRequiredError }) => {
      const error = new AuthenticationRequiredError({
        scopes: [scope],
        getTokenOptions: { claims: '{}' },
        message: 'Go.',
      })
      return [error.scopes, error.getTokenOptions, error.message]
    },
    both: [[scope], { claims: '{}' }, 'Go.'],
  },
  {
    name: 'an aggregate and an error that asks for a person are no CredentialUnavailableError to instanceof',
    see: ({ CredentialUnavailableError, AggregateAuthenticationError, AuthenticationRequiredError }) => [
      new AggregateAuthenticationError([]) instanceof CredentialUnavailableError,
      new AuthenticationRequiredError({ scopes: [] }) instanceof CredentialUnavailableError,
    ],
    peer: [false, false],
    ours: [true, true],
    onPurpose: '`AggregateAuthenticationError` and `AuthenticationRequiredError` extend `Error`',
  },
  {
    name: 'a wrong secret',
    see: (library) => nameOfError(failing(library, wrongSecret)),
    peer: 'AuthenticationRequiredError',
    ours: 'AuthenticationError',
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'a wrong secret, by the fields of the error',
    see: async (library) => {
      const error = await errorOf(failing(library, wrongSecret))
      return { ...pick(error, 'statusCode'), ...pick(error?.errorResponse as object, 'error', 'errorCodes') }
    },
    peer: {},
    ours: { statusCode: 401, error: 'invalid_client', errorCodes: [7000215] },
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'Entra ID’s own words are in the message',
    see: (library) => says(failing(library, wrongSecret), 'AADSTS7000215', 'invalid_client'),
    both: true,
  },
  {
    name: 'the correlation id is in the message',
    see: (library) => says(failing(library, wrongSecret), 'a8eb0000-0000-4000-8000-000000000002'),
    peer: true,
    ours: false,
    onPurpose: 'Texts of messages',
  },
  {
    name: 'a network that is not there',
    see: (library) => nameOfError(failing(library, unreachable)),
    peer: 'AuthenticationRequiredError',
    ours: 'AuthenticationError',
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'the reason why the network is not there is in the message',
    see: (library) => says(failing(library, unreachable), 'ENOTFOUND'),
    peer: false,
    ours: true,
    onPurpose: 'Texts of messages',
  },
  {
    name: 'a 503 with a page of HTML',
    see: (library) => nameOfError(failing(library, unavailableHtml)),
    peer: 'AuthenticationRequiredError',
    ours: 'AuthenticationError',
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'an answer without a token',
    see: (library) => nameOfError(failing(library, { body: { token_type: 'Bearer', expires_in: 3600 } })),
    peer: 'AuthenticationRequiredError',
    ours: 'AuthenticationError',
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'no scope at all',
    see: ({ ClientSecretCredential }) =>
      nameOfError(() =>
        new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() }).getToken([]),
      ),
    peer: 'ClientConfigurationError',
    ours: 'TypeError',
    onPurpose: 'No scope',
  },
  {
    name: 'a caller that aborts',
    see: ({ ClientSecretCredential }) => {
      const httpClient = tokenService()
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      return nameOfError(() => credential.getToken(scope, { abortSignal: AbortSignal.abort() }))
    },
    peer: 'no error',
    ours: 'AbortError',
    onPurpose: '`abortSignal` is ignored',
  },
  {
    name: 'the secret is in no error',
    see: async (library) => {
      const error = await errorOf(
        failing(library, refusal('invalid_client', 7000215, { error_description: clientSecret })),
      )
      return JSON.stringify([error?.message, error?.stack, error]).includes(clientSecret)
    },
    peer: true,
    ours: false,
    onPurpose: 'Texts of messages',
  },
]
