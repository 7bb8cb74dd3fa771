import { CredentialUnavailableError } from '../errors.ts'
import type { Host } from '../runtime/host.ts'
import { isPage } from '../runtime/page.ts'
import type { CredentialContext } from './context.ts'
import type { TokenSource } from './credential.ts'
import { UnavailableSource } from './unavailable.ts'

/** What a credential hands its calls to. */
export type Tokens = Pick<TokenSource, 'getToken' | 'getTokenInfo' | 'close'>

/**
 * What gives a credential's tokens; in a web page, what says why there are none. A page has no environment, no files, no
 * tools and no host, and whoever opens it can read what it holds.
 */
export function unlessInPage<Source extends Tokens>(
  context: CredentialContext,
  open: () => Source,
): Source | UnavailableSource {
  return isInPage(context.host) ? new UnavailableSource(context, inPage) : open()
}

/** Throws in a web page, for what goes without tokens until a person is asked. */
export function refuseInPage({ name, host }: CredentialContext): void {
  const { reason, mend } = inPage
  if (isInPage(host)) throw new CredentialUnavailableError(`${name}: ${reason} ${mend}`, { mend })
}

const inPage = { reason: "it can't be used in a web page.", mend: 'Use InteractiveBrowserCredential there.' }

function isInPage({ page }: Host): boolean {
  return page !== undefined || isPage()
}
