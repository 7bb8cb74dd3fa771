import type { Issuer } from './issuer.ts'
import { otherAudience, otherCase, otherIssuer, otherTenant, otherTime, otherType } from './of-claims.ts'
import { otherAlgorithm, otherKey, splice } from './of-header.ts'
import { brokenText, duplicateMember, flippedCharacter, nesting, otherForm } from './of-text.ts'

/** Every way to forge. None of them makes a token that an API may take. */
export const families = {
  algorithm: otherAlgorithm,
  key: otherKey,
  splice,
  issuer: otherIssuer,
  audience: otherAudience,
  tenant: otherTenant,
  time: otherTime,
  type: otherType,
  case: otherCase,
  duplicate: duplicateMember,
  unicode: brokenText,
  nesting,
  form: otherForm,
  flip: flippedCharacter,
} as const satisfies Readonly<Record<string, (issuer: Issuer) => string>>

export type Family = keyof typeof families

/** So many forgeries, of all families in turn. */
export function* forgeries(issuer: Issuer, count: number): Generator<{ family: Family; token: string }> {
  const names = Object.keys(families) as Family[]
  for (let index = 0; index < count; index++) {
    const family = names[index % names.length] as Family
    yield { family, token: families[family](issuer) }
  }
}
