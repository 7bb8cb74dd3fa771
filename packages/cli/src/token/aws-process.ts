import { Failure, usageFailure } from '../framework/failure.ts'
import type { WrittenToken } from './written-token.ts'

/**
 * What `credential_process` of AWS's tools expects: the token is exchanged for keys of a role
 * (AssumeRoleWithWebIdentity, docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html).
 */
export async function awsProcess({
  token,
  env,
  roleArn,
  signal,
}: Pick<WrittenToken, 'token' | 'env' | 'roleArn' | 'signal'>): Promise<string> {
  const role = roleArn ?? env.AWS_ROLE_ARN
  if (!role || !/^arn:[\w-]+:iam::\d+:role\/\S+$/.test(role)) {
    throw usageFailure(
      '-o aws-process needs the role to take.',
      'Name it: --role-arn arn:aws:iam::123456789012:role/NAME.',
    )
  }
  const url = endpointOf(env)
  const form = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: env.AWS_ROLE_SESSION_NAME || 'entrada',
    WebIdentityToken: token,
  }
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { Accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
  }).catch((error: Error) => {
    throw new Failure(`aws: ${new URL(url).host} could not be reached.`, { cause: error })
  })
  const body = (await response.json().catch(() => undefined)) as Answer | undefined
  const keys = body?.AssumeRoleWithWebIdentityResponse?.AssumeRoleWithWebIdentityResult?.Credentials
  const expires = Number(keys?.Expiration) * 1000
  if (!response.ok || keys === undefined || !Number.isFinite(expires)) {
    const { Code = `HTTP ${response.status}`, Message = '' } = body?.Error ?? {}
    throw new Failure(
      `aws: the role was refused: ${String(Code).slice(0, 60)}. ${String(Message).slice(0, 300)}`.trim(),
    )
  }
  const { AccessKeyId, SecretAccessKey, SessionToken } = keys
  return JSON.stringify(
    { Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration: new Date(expires).toISOString() },
    null,
    2,
  )
}

interface Answer {
  AssumeRoleWithWebIdentityResponse?: {
    AssumeRoleWithWebIdentityResult?: {
      Credentials?: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string; Expiration: number | string }
    }
  }
  Error?: { Code?: unknown; Message?: unknown }
}

/** As AWS's own tools find it; plain http for a stand-in on this machine alone. */
function endpointOf(env: WrittenToken['env']): string {
  const given = env.AWS_ENDPOINT_URL_STS
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION
  if (!given)
    return /^[a-z\d-]+$/.test(region ?? '') ? `https://sts.${region}.amazonaws.com/` : 'https://sts.amazonaws.com/'
  const url = URL.canParse(given) ? new URL(given) : undefined
  const isLocal = url?.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url?.protocol === 'https:' || isLocal) return given
  throw usageFailure('AWS_ENDPOINT_URL_STS must be an https address.', 'Correct it, or unset it.')
}
