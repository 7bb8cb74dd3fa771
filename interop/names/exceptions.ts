import type { Difference } from './comparison.ts'

/** Differences that are meant. The guide for those who come from `@azure/identity` has a row for each reason. */
export interface Exception {
  differences: readonly Difference[]
  /** Why, and what a program does about it: the words of the guide. */
  reason: string
}

export const exceptions: readonly Exception[] = [
  {
    differences: [
      'AccessToken.token: is readonly',
      'AccessToken.expiresOnTimestamp: is readonly',
      'AccessToken.refreshAfterTimestamp: is readonly',
      'AccessToken.tokenType: is readonly',
    ],
    reason: 'All callers get the same token object, which is frozen. Copy it before you change it.',
  },
  {
    differences: [
      'TokenCredentialOptions.httpClient.sendRequest: gives more',
      'TokenCredentialOptions.additionalPolicies: gives more',
      'TokenCredentialOptions.agent: gives more',
      'TokenCredentialOptions.tlsOptions.ca: gives more',
      'TokenCredentialOptions.tlsOptions.cert: gives more',
      'TokenCredentialOptions.tlsOptions.key: gives more',
      'TokenCredentialOptions.tlsOptions.pfx: gives more',
    ],
    reason:
      "They accept more than Azure clients do. If options go to a client as well, declare them with the client's type, which fits both.",
  },
  {
    differences: [
      'ClientCertificateCredentialPEMConfiguration: gives more',
      'ClientCertificatePEMCertificate.certificate: gives more',
    ],
    reason: 'The certificate may be bytes, too, so code that reads it has to expect them.',
  },
  {
    differences: [
      'DeviceCodeInfo: takes less',
      'DeviceCodePromptCallback: gives more',
      'DeviceCodeCredentialOptions.userPromptCallback: gives more',
    ],
    reason: 'It also says when the code expires. A test that makes one has to add `expiresOnTimestamp`.',
  },
  {
    differences: ['GetBearerTokenProviderOptions.abortSignal: gives more'],
    reason: 'It may be any object that has the shape of an `AbortSignal`, as in `GetTokenOptions`.',
  },
  {
    differences: [
      'OnBehalfOfCredentialOptions: gives more',
      'OnBehalfOfCredentialSecretOptions.userAssertionToken: may be missing',
      'OnBehalfOfCredentialCertificateOptions.userAssertionToken: may be missing',
      'OnBehalfOfCredentialAssertionOptions.userAssertionToken: may be missing',
    ],
    reason: "The user's token may be an option of each call of `getToken` instead.",
  },
  {
    differences: ['OnBehalfOfCredentialAssertionOptions.getAssertion: gives more'],
    reason: 'It may return the assertion itself, if there is nothing to wait for.',
  },
  {
    differences: ['DefaultAzureCredential: is not its base class'],
    reason:
      '`instanceof ChainedTokenCredential` is false, because nobody passes credentials to it. The types are compatible.',
  },
]
