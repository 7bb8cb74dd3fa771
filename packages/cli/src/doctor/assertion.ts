import { diagnosisTools } from 'entrada/config'
import { assertionSource } from '../assertion/assertion-source.ts'
import { claimsOf } from '../token/claims.ts'
import type { Examination } from './check.ts'

/** What Entra ID compares of an assertion. */
export interface Presented {
  readonly issuer: string
  readonly subject: string
  readonly audience: string
  /** Where it comes from. */
  readonly from: string
}

/** The assertion that the examined credential presents: from its file, else from the platform. */
export async function presentedAssertion(examination: Examination, member: string): Promise<Presented | undefined> {
  const { subject, env, now, signal } = examination
  const { tokenFilePath } = subject.settings
  const { files, federationAudience } = await diagnosisTools()
  if (tokenFilePath !== undefined && member !== 'GitHubActionsCredential') {
    const bytes = await files.read(tokenFilePath.value).catch(() => undefined)
    return bytes && presentedIn(new TextDecoder().decode(bytes).trim(), tokenFilePath.from)
  }
  const { authority = 'https://login.microsoftonline.com' } = await examination.reached()
  const source = assertionSource({ credential: { name: member } as never, env, now })
  const assertion = await source?.(federationAudience(authority), signal).catch(() => undefined)
  return assertion && presentedIn(assertion.token, 'the platform')
}

function presentedIn(token: string, from: string): Presented | undefined {
  const { iss, sub, aud } = claimsOf(token) ?? {}
  if (typeof iss !== 'string' || typeof sub !== 'string') return undefined
  return { issuer: iss, subject: sub, audience: [aud].flat().map(String).join(' '), from }
}
