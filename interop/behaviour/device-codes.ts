import type { Row } from './row.ts'
import { nameOfError, pick } from './seen.ts'
import { type Answer, clientId, refusal, scope, tenantId, tokenService } from './token-service.ts'
import { hers, username } from './user-token.ts'

const asksForCode: Answer = {
  body: {
    ...{ user_code: 'ABCD', device_code: 'device', verification_uri: 'https://microsoft.com/devicelogin' },
    ...{ expires_in: 900, interval: 1, message: 'Go to https://microsoft.com/devicelogin and enter ABCD.' },
  },
}

/** Sign-ins on another device. A code is asked about once a second at the most. */
export const deviceCodes: readonly Row[] = [
  {
    name: 'a device code is shown',
    see: async ({ DeviceCodeCredential }) => {
      const shown: object[] = []
      const credential = new DeviceCodeCredential({
        ...{ tenantId, clientId, httpClient: tokenService(asksForCode, hers()) },
        userPromptCallback: (info) => void shown.push(pick(info, 'userCode', 'verificationUri', 'message')),
      })
      await credential.getToken(scope)
      return shown
    },
    both: [
      {
        userCode: 'ABCD',
        verificationUri: 'https://microsoft.com/devicelogin',
        message: 'Go to https://microsoft.com/devicelogin and enter ABCD.',
      },
    ],
  },
  {
    name: 'a device code’s second call asks nobody',
    see: async ({ DeviceCodeCredential }) => {
      let asked = 0
      const credential = new DeviceCodeCredential({
        ...{ tenantId, clientId, httpClient: tokenService(asksForCode, hers()) },
        userPromptCallback: () => void asked++,
      })
      await credential.getToken(scope)
      await credential.getToken(scope)
      return asked
    },
    both: 1,
  },
  {
    name: 'a user who declines a device code',
    see: ({ DeviceCodeCredential }) => {
      const declined = refusal('authorization_declined', 70018)
      const credential = new DeviceCodeCredential({
        ...{ tenantId, clientId, httpClient: tokenService(asksForCode, declined) },
        userPromptCallback: () => undefined,
      })
      return nameOfError(() => credential.getToken(scope))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'AuthenticationError',
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'authenticate() gives the record of who signed in',
    see: async ({ DeviceCodeCredential }) => {
      const credential = new DeviceCodeCredential({
        ...{ tenantId, clientId, httpClient: tokenService(asksForCode, hers()) },
        userPromptCallback: () => undefined,
      })
      return pick(await credential.authenticate(scope), 'username', 'tenantId', 'clientId', 'homeAccountId')
    },
    both: { username, tenantId, clientId, homeAccountId: `a8eb0000-0000-4000-8000-000000000003.${tenantId}` },
  },
]
