import { usageFailure } from '../framework/failure.ts'
import { claimsOf } from './claims.ts'
import type { WrittenToken } from './written-token.ts'

type Format = (written: WrittenToken) => string | Promise<string>

/** The forms of output, by the name that `-o` gives them. */
export const formats = {
  raw: ({ token }) => token,
  json: ({ token, expiresOn, scopes, credential }) => {
    const claims = claimsOf(token)
    const tenantId = typeof claims?.tid === 'string' ? { tenantId: claims.tid } : {}
    return json({
      token,
      tokenType: 'Bearer',
      expiresOn: new Date(expiresOn).toISOString(),
      expiresOnTimestamp: expiresOn,
      scopes,
      ...tenantId,
      credential,
    })
  },
  env: ({ token, expiresOn }) =>
    [
      `export AZURE_ACCESS_TOKEN=${inShell(token)}`,
      `export AZURE_ACCESS_TOKEN_EXPIRES_ON=${Math.floor(expiresOn / 1000)}`,
    ].join('\n'),
  header: ({ token }) => `Authorization: Bearer ${token}`,
  netrc: ({ token, host }) => {
    if (host === undefined) throw usageFailure('-o netrc needs a host.', 'Name it: --host dev.azure.com.')
    return `machine ${host} login entrada password ${token}`
  },
  'exec-credential': ({ token, expiresOn, env }) =>
    JSON.stringify({
      apiVersion: apiVersionOf(env.KUBERNETES_EXEC_INFO),
      kind: 'ExecCredential',
      status: { token, expirationTimestamp: new Date(expiresOn).toISOString().replace(/\.\d+Z$/, 'Z') },
    }),
  az: ({ token, expiresOn }) =>
    json({
      accessToken: token,
      expiresOn: localTime(expiresOn),
      expires_on: Math.floor(expiresOn / 1000),
      tenant: claimsOf(token)?.tid,
      tokenType: 'Bearer',
    }),
  'aws-process': async (written) => (await import('./aws-process.ts')).awsProcess(written),
  'google-executable': ({ token, expiresOn }) =>
    json({
      version: 1,
      success: true,
      token_type: 'urn:ietf:params:oauth:token-type:jwt',
      id_token: token,
      expiration_time: Math.floor(expiresOn / 1000),
    }),
} as const satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof formats

function json(value: object): string {
  return JSON.stringify(value, null, 2)
}

/** A token has no character that a shell knows; whatever else is quoted all the same. */
function inShell(text: string): string {
  return /^[\w.~+/=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** The version of the answer is that of the question (client.authentication.k8s.io); kubectl below 1.22 knows v1beta1 alone. */
function apiVersionOf(question: string | undefined): string {
  const group = 'client.authentication.k8s.io'
  if (question === undefined || question.length > 1 << 20) return `${group}/v1`
  try {
    const { apiVersion } = JSON.parse(question) as { apiVersion?: unknown }
    if (apiVersion === `${group}/v1` || apiVersion === `${group}/v1beta1`) return apiVersion
  } catch {
    // Whoever asks so gets the present version.
  }
  return `${group}/v1`
}

/** As `az account get-access-token` writes it: local time with microseconds. */
function localTime(milliseconds: number): string {
  const shifted = milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000
  return `${new Date(shifted).toISOString().slice(0, 19).replace('T', ' ')}.000000`
}
