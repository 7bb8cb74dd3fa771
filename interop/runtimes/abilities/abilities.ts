import type { Ability } from './ability.ts'
import { applications } from './applications.ts'
import { calls } from './calls.ts'
import { certificates } from './certificates.ts'
import { network } from './network.ts'
import { others } from './others.ts'
import { stores } from './stores.ts'
import { verification } from './verification.ts'

/** What a program can do with this library, in the order of the documentation. */
export const abilities: readonly Ability[] = [
  ...applications,
  ...certificates,
  ...others,
  ...stores,
  ...calls,
  ...network,
  ...verification,
]
