import { createTraffic } from '../live/traffic.ts'
import type { Kept } from '../primitives/kept.ts'
import type { Service } from '../routes/service.ts'
import { createConsents } from '../sign-in/consents.ts'
import { createSignInState } from '../sign-in/session.ts'
import { createAssertionUses } from '../token/assertion-uses.ts'
import { createAuthorizationCodes } from '../token/authorization-code.ts'
import { createDeviceCodes } from '../token/device-code.ts'
import { createRefreshTokens } from '../token/refresh-token.ts'
import { createRevocations } from '../token/revocations.ts'
import type { ResolvedOptions } from './options.ts'

/** What an emulator remembers about users who signed in. */
type Memory = Pick<
  Service,
  'codes' | 'deviceCodes' | 'refreshTokens' | 'revocations' | 'signIn' | 'consents' | 'traffic' | 'assertionUses'
>

/** A memory that contains what was kept. */
export function createMemory(options: ResolvedOptions, kept: Kept): Memory {
  return {
    codes: createAuthorizationCodes(kept),
    deviceCodes: createDeviceCodes(options.deviceCode, kept),
    refreshTokens: createRefreshTokens(kept),
    revocations: createRevocations(),
    signIn: createSignInState(kept),
    consents: createConsents(kept),
    traffic: createTraffic(),
    assertionUses: createAssertionUses(options.replayedAssertions, kept),
  }
}
