import { request } from 'node:http'

/**
 * The broker of an operating system as far as the contract needs it, with the emulator as its Entra ID. In the process of
 * a test and in a program of its own it is registered as the official plug-ins register theirs.
 */

/**
 * @param {(plugin: (context: any) => void) => void} useIdentityPlugin of the library under test
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function registerBroker(useIdentityPlugin, env) {
  useIdentityPlugin(({ vsCodeCredentialControl }) => {
    vsCodeCredentialControl.setVSCodeBroker({
      isBrokerAvailable: true,
      getAllAccounts: async () => [{ homeAccountId: env.TEST_HOME_ACCOUNT_ID, nativeAccountId: 'native-1' }],
      acquireTokenSilent: (/** @type {Asked} */ asked) => answer(asked, env),
    })
  })
}

/** @typedef {{ authority: string, scopes: string[], claims?: string }} Asked */

/**
 * @param {Asked} asked
 * @param {Readonly<Record<string, string | undefined>>} env
 */
async function answer({ authority, scopes, claims }, env) {
  const tenant = new URL(authority).pathname.slice(1)
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: env.AZURE_CLIENT_ID ?? '',
    client_secret: env.TEST_TOOL_PROOF ?? '',
    scope: scopes.join(' '),
    ...(claims === undefined ? {} : { claims }),
  })
  const body = JSON.parse(await post(`${env.TEST_AUTHORITY}/${tenant}/oauth2/v2.0/token`, String(form)))
  if (body.error) throw Object.assign(new Error(body.error_description), { errorCode: body.error })
  const { exp } = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString())
  return {
    accessToken: body.access_token,
    expiresOn: body.expires_in ? new Date(exp * 1000) : null,
    tokenType: 'Bearer',
    account: { homeAccountId: env.TEST_HOME_ACCOUNT_ID },
  }
}

/**
 * A broker is a program of its own, which keeps no process alive that asks it: neither does this socket.
 * @param {string} url
 * @param {string} form
 * @returns {Promise<string>}
 */
function post(url, form) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = request(url, { method: 'POST', agent: false, headers }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve(text)
    })
    sent.on('socket', (socket) => socket.unref()).on('error', reject)
    sent.end(form)
  })
}
