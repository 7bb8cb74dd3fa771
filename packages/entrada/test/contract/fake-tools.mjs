/**
 * az, azd and pwsh as far as the contract needs them: what a tool says when it is asked for a token, with the emulator as
 * its Entra ID. In the process of a test it is a function, elsewhere a program that calls it.
 */

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export async function answer(name, args, env, signal) {
  const optionOf = (/** @type {string} */ option) =>
    args.includes(option) ? args[args.indexOf(option) + 1] : undefined
  const resource = optionOf('--resource') ?? env.AZURE_IDENTITY_POWERSHELL_RESOURCE
  const tenant = optionOf('--tenant') ?? optionOf('--tenant-id') ?? env.AZURE_IDENTITY_POWERSHELL_TENANT_ID
  const claims = optionOf('--claims')
  const response = await fetch(`${env.TEST_AUTHORITY}/${tenant || env.AZURE_TENANT_ID}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: env.AZURE_CLIENT_ID ?? '',
      client_secret: env.TEST_TOOL_PROOF ?? '',
      scope: optionOf('--scope') ?? `${resource}/.default`,
      ...(claims === undefined ? {} : { claims: Buffer.from(claims, 'base64').toString() }),
    }),
    signal: signal ?? null,
  })
  /** @type {any} */
  const body = await response.json()
  if (body.error) return { code: 1, stdout: '', stderr: `ERROR: ${body.error_description}\n` }
  const { exp } = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString())
  return { code: 0, stdout: printed(name, body.access_token, body.expires_in && exp), stderr: '' }
}

/**
 * @param {string} name
 * @param {string} token
 * @param {number | undefined} seconds
 */
function printed(name, token, seconds) {
  if (name === 'pwsh') return `\nazsdk%${token}%${seconds}\n`
  if (name === 'az') return JSON.stringify({ accessToken: token, expires_on: seconds, tokenType: 'Bearer' })
  return JSON.stringify({ token, expiresOn: seconds && new Date(seconds * 1000).toISOString().replace('.000', '') })
}
