import type { Secret } from '../directory/entries.ts'
import { isSameSecret } from '../primitives/secrets.ts'
import { clientClaim, hasExpired } from '../token/client-authentication.ts'
import type { Comparison, Refused } from './refused.ts'
import { momentInWords } from './time-words.ts'

/** The secret that was sent, beside the app's: what it looks like, and never what it is. */
export function comparedSecret({ seen, app }: Pick<Refused, 'seen' | 'app'>): Comparison[] {
  if (app === undefined) return []
  const { secret } = clientClaim(seen.request)
  return [
    {
      what: 'client_secret',
      sent: secret === undefined ? 'none' : looks(secret, app.secrets),
      declared: declaredSecrets(app.secrets, seen.at),
      matches: app.secrets.some((each) => isSameSecret(secret, each.value) && !hasExpired(each, seen.at)),
    },
  ]
}

/** What people take for a secret's value. */
const mistakes: readonly (readonly [says: string, is: (sent: string, secret: Secret) => boolean])[] = [
  ['the id of a secret, not its value', (sent, { keyId }) => sent.toLowerCase() === keyId.toLowerCase()],
  ['a secret with white space around it', (sent, { value }) => isSameSecret(sent.trim(), value)],
  ['a secret in quotation marks', (sent, { value }) => isSameSecret(/^(["'])(.*)\1$/.exec(sent)?.[2], value)],
  ['a secret, URL-encoded once too often', (sent, { value }) => isSameSecret(decoded(sent), value)],
  ['a secret, with + turned into blanks', (sent, { value }) => isSameSecret(sent, value.replaceAll('+', ' '))],
]

function looks(sent: string, secrets: readonly Secret[]): string {
  const length = `${sent.length} characters`
  if (secrets.some(({ value }) => isSameSecret(sent, value))) return `a secret of the app, ${length}`
  const mistake = mistakes.find(([, is]) => secrets.some((secret) => is(sent, secret)))
  return `${mistake?.[0] ?? 'no secret of the app'}, ${length}`
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function declaredSecrets(secrets: readonly Secret[], now: number): string {
  const each = secrets.map((secret) => {
    const { value, expiresAt } = secret
    const end = expiresAt === undefined ? undefined : momentInWords(expiresAt)
    const until = end === undefined ? '' : `, ${hasExpired(secret, now) ? 'expired' : 'until'} ${end}`
    return `one of ${value.length} characters${until}`
  })
  return each.join('; ') || 'none'
}

/** Whether the client proved who it is, beside whether it has to. */
export function comparedClientType({ seen, app }: Pick<Refused, 'seen' | 'app'>): Comparison[] {
  if (app === undefined) return []
  const { secret, assertion } = clientClaim(seen.request)
  const sent = [...(secret === undefined ? [] : ['a secret']), ...(assertion === undefined ? [] : ['an assertion'])]
  return [
    {
      what: 'credential',
      sent: sent.join(' and ') || 'none',
      declared: app.publicClient ? 'a public client, which has none' : 'a confidential client: publicClient is not set',
      matches: sent.length === (app.publicClient ? 0 : 1),
    },
  ]
}
