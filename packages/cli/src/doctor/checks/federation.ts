import { diagnosisTools } from 'entrada/config'
import { type Presented, presentedAssertion } from '../assertion.ts'
import type { Check, Examination } from '../check.ts'
import type { FindingCode } from '../codes.ts'
import { difference, firstDifference, visible } from '../difference.ts'
import type { Finding } from '../finding.ts'
import { codesOf, refusedAttempt } from '../refused.ts'
import type { FederatedCredential } from '../trusted-credentials.ts'

type Claim = 'issuer' | 'subject' | 'audience'

/** Which claim a refusal is about, by AADSTS code. */
const claimOf: Readonly<Record<number, { claim: Claim; code: FindingCode }>> = {
  700211: { claim: 'issuer', code: 'federation-issuer' },
  700212: { claim: 'audience', code: 'federation-audience' },
  700213: { claim: 'subject', code: 'federation-subject' },
  7002138: { claim: 'subject', code: 'federation-case' },
}

/**
 * A refused assertion of somebody else: its issuer, subject and audience beside those that the refusal names, and beside
 * what the app registration trusts, as far as that is known.
 */
export const federation: Check = {
  looksAt: 'the federated credential',
  async run(examination) {
    const attempt = refusedAttempt(await examination.tried())
    const codes = codesOf(attempt?.error)
    const aadsts = codes.find((code) => code in claimOf || code === 70021)
    if (attempt === undefined || aadsts === undefined) return []
    const description = descriptionOf(attempt.error)
    const presented = await presentedAssertion(examination, attempt.credential)
    const closest = presented && closestTo(presented, examination.trusts)
    const told = claimOf[aadsts] ?? foundOut(presented, closest)
    return [await findingFor(told, { aadsts, description, presented, closest, examination })]
  },
}

interface Case {
  aadsts: number
  description: string
  presented: Presented | undefined
  closest: FederatedCredential | undefined
  examination: Examination
}

async function findingFor(
  { claim, code }: { claim: Claim; code: FindingCode },
  { aadsts, description, presented, closest, examination }: Case,
): Promise<Finding> {
  const named = namedIn(description, claim)
  const shown = presented?.[claim] ?? named ?? 'unknown'
  const expected = closest === undefined ? await likely(claim, examination, shown) : trustedOf(closest, claim)
  return {
    code,
    severity: 'error',
    aadsts,
    what: `${sentences[code] ?? 'No federated credential of the app fits the assertion'}: ${JSON.stringify(shown.slice(0, 200))}.`,
    why: `${whose(presented)}${compared(closest)} (AADSTS${aadsts})`,
    ...changeFor(claim, shown, examination, closest),
    lines: rowsFor(presented, description, { claim, shown, named, expected, isKnown: closest !== undefined }),
    explains: ['refused', 'no-credential'],
  }
}

function compared(closest: FederatedCredential | undefined): string {
  if (closest !== undefined) return `The closest that the app trusts is ${closest.name}.`
  return 'Entra ID compares character for character; a new federated credential takes minutes to be known.'
}

/** Whose token it is, in words, for platforms whose subjects have a form. */
function whose(presented: Presented | undefined): string {
  const subject = visible(presented?.subject ?? '')
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(subject) ?? []
  if (account !== undefined) return `It is of the service account ${account} in the namespace ${namespace}. `
  const [, environment] = /^repo:.+:environment:(.+)$/.exec(subject) ?? []
  if (environment !== undefined) return `It is of a job in the environment ${environment}. `
  const [, ref] = /^repo:.+:ref:(.+)$/.exec(subject) ?? []
  if (ref !== undefined) return `It is of a job on ${ref}, without an environment. `
  return /^repo:.+:pull_request$/.test(subject) ? 'It is of a job for a pull request. ' : ''
}

const sentences: Readonly<Partial<Record<FindingCode, string>>> = {
  'federation-issuer': 'The app trusts no assertion of this issuer',
  'federation-subject': 'The app trusts the issuer, but not this subject',
  'federation-case': 'The app trusts this subject only in another spelling of upper and lower case',
  'federation-audience': 'The app trusts no assertion with this audience',
}

interface Rows {
  claim: Claim
  shown: string
  named: string | undefined
  expected: string | undefined
  /** Whether what is expected is what the app registration says, and not a guess. */
  isKnown: boolean
}

function rowsFor(presented: Presented | undefined, description: string, rows: Rows): string[] {
  const { claim, shown, named, expected, isKnown } = rows
  const lines = (['issuer', 'subject', 'audience'] as const).flatMap((each) => {
    const value = presented?.[each] ?? namedIn(description, each)
    return value === undefined ? [] : [`${each === claim ? '>' : ' '} ${each.padEnd(9)} ${visible(value)}`]
  })
  const compared: string[] = []
  if (named !== undefined && named !== shown) compared.push(...difference(['presented', shown], ['refused', named]))
  if (expected !== undefined && expected !== shown)
    compared.push(...difference(['presented', shown], [isKnown ? 'trusted' : 'usual', expected]))
  return [...lines, ...compared.map((line) => `  ${line}`)]
}

function changeFor(
  claim: Claim,
  shown: string,
  { subject, trusts }: Examination,
  closest: FederatedCredential | undefined,
): Pick<Finding, 'change' | 'run'> {
  const app = subject.settings.clientId?.value ?? 'CLIENT_ID'
  if (closest !== undefined) {
    const changed = JSON.stringify(claim === 'audience' ? { audiences: [shown] } : { [claim]: shown })
    const run = `az ad app federated-credential update --id ${app} --federated-credential-id '${closest.name}' --parameters '${changed}'`
    return { change: 'Correct the federated credential of the app, or what presents the assertion.', run }
  }
  if (trusts !== undefined)
    return { change: 'Add a federated credential for it.', run: `az ad app federated-credential create --id ${app}` }
  return {
    change: 'Compare it with what the app trusts.',
    run: `az ad app federated-credential list --id ${app} | entrada doctor --trusts -`,
  }
}

/** The trusted credential that has most in common with the assertion. */
function closestTo(presented: Presented, trusts: Examination['trusts']): FederatedCredential | undefined {
  const likeness = (one: FederatedCredential): number =>
    (one.issuer === presented.issuer ? 10_000 : 0) +
    (one.audiences.includes(presented.audience) ? 5_000 : 0) +
    (firstDifference(one.subject, presented.subject) ?? 4_000)
  return trusts && [...trusts].sort((one, other) => likeness(other) - likeness(one))[0]
}

/** 70021 says only that nothing fits. */
function foundOut(
  presented: Presented | undefined,
  closest: FederatedCredential | undefined,
): { claim: Claim; code: FindingCode } {
  if (presented === undefined || closest === undefined) return { claim: 'subject', code: 'federation-subject' }
  if (presented.issuer !== closest.issuer) return { claim: 'issuer', code: 'federation-issuer' }
  if (!closest.audiences.includes(presented.audience)) return { claim: 'audience', code: 'federation-audience' }
  const isCase = presented.subject.toLowerCase() === closest.subject.toLowerCase()
  return { claim: 'subject', code: isCase ? 'federation-case' : 'federation-subject' }
}

function trustedOf(credential: FederatedCredential, claim: Claim): string {
  return claim === 'audience' ? (credential.audiences[0] ?? '') : credential[claim]
}

/** What is usual, where the app registration is not known: the audience of the cloud, an issuer without its slash. */
async function likely(claim: Claim, examination: Examination, shown: string): Promise<string | undefined> {
  if (claim === 'audience') {
    const { authority = 'https://login.microsoftonline.com' } = await examination.reached()
    return (await diagnosisTools()).federationAudience(authority)
  }
  if (claim === 'issuer' && /^https:\/\/token\.actions\.githubusercontent\.com\/.+/.test(shown))
    return 'https://token.actions.githubusercontent.com'
  return undefined
}

/** A claim as the refusal quotes it: in `presented assertion subject '…'`, or in the older form `Assertion Subject: '…'`. */
function namedIn(description: string, claim: Claim): string | undefined {
  const [, value] = new RegExp(`assertion ${claim}:? '([^']{0,1000})'`, 'i').exec(description.slice(0, 4000)) ?? []
  return value
}

function descriptionOf(error: Error | undefined): string {
  return (error as { errorResponse?: { errorDescription?: string } } | undefined)?.errorResponse?.errorDescription ?? ''
}
