import { CredentialUnavailableError } from '../errors.ts'
import type { Host } from '../runtime/host.ts'
import { isBrowserWorker, isPage } from '../runtime/page.ts'
import type { CredentialContext } from './context.ts'
import type { CredentialSource } from './credential-source.ts'
import { UnavailableSource } from './unavailable-source.ts'

/**
 * The source of a credential's tokens; in a web page and its workers, a source that says why there are none. A page has
 * no environment, files, tools or managed identity, and anybody who opens it can read every secret in it.
 */
export function unlessInPage<Source extends CredentialSource>(
  context: CredentialContext,
  open: () => Source,
): Source | UnavailableSource {
  return isInPage(context.host) ? new UnavailableSource(context, inPage) : open()
}

/** Throws in a web page, for credentials that get tokens only by asking a person. */
export function refuseInPage({ name, host }: CredentialContext): void {
  const { reason, remedy } = inPage
  if (isInPage(host)) throw new CredentialUnavailableError({ who: name, reason, remedy })
}

const inPage = { reason: 'it cannot be used in a web page.', remedy: 'Use InteractiveBrowserCredential there.' }

function isInPage({ page }: Host): boolean {
  return page !== undefined || isPage() || isBrowserWorker()
}
