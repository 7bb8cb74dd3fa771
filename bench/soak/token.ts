/** What a token is for. Two tokens that differ in one of these must never be taken for each other. */
export interface Purpose {
  /** The application or the identity. */
  who: string
  /** Empty for a managed identity, whose host has one. */
  tenant: string
  /** Sorted, joined by a blank. */
  scope: string
  /** Empty where there is none. */
  user: string
  /** Whether Continuous Access Evaluation can revoke it. */
  cae: boolean
}

/** A token as the service issued it: it says of itself what it is for and when it ends by the true clock. */
export interface Issued extends Purpose {
  serial: number
  /** The number in the claims challenge that asked for it. */
  challenge: string
  /** True times, in milliseconds: when it was asked for, was sent, and ends. */
  askedAt: number
  sentAt: number
  end: number
  /** The name of the credential that asked. */
  instance: string
  /** Under which fault it was sent. */
  fault: string
}

/** The purpose as one string. */
export function purposeText({ who, tenant, scope, user, cae }: Purpose): string {
  return [who, tenant, scope, user, cae ? 'CAE' : ''].filter((part) => part !== '').join(' ')
}

export function isSamePurpose(one: Purpose, other: Purpose): boolean {
  return (
    one.who === other.who &&
    one.tenant === other.tenant &&
    one.scope === other.scope &&
    one.user === other.user &&
    one.cae === other.cae
  )
}

export function encodeToken(issued: Omit<Issued, 'askedAt' | 'sentAt' | 'fault'>): string {
  return `soak.${Buffer.from(JSON.stringify(issued)).toString('base64url')}`
}

/** What a token says of itself, or `undefined` for one that the service has never made. */
export function decodeToken(token: string): (Purpose & { serial: number; end: number; challenge: string }) | undefined {
  if (!token.startsWith('soak.')) return undefined
  try {
    return JSON.parse(Buffer.from(token.slice('soak.'.length), 'base64url').toString())
  } catch {
    return undefined
  }
}
