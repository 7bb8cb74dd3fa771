export const scope = 'https://graph.microsoft.com/.default'

/** What a member of the fleet is told. */
export interface FleetPlan {
  redisPorts: readonly number[]
  servicePort: number
  /** Of the store, in base64. */
  storeKey: string
  users: number
  /** Of this member. */
  callsPerSecond: number
}

/** What stands for a user: an assertion of about 1.5 kB. */
export function userAssertion(user: number): string {
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ oid: `user-${user}`, padding: 'x'.repeat(1000) })}.signature`
}
