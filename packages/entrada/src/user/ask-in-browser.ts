import { aliasesOf } from '../msal/environments.ts'
import type { Host } from '../runtime/host.ts'
import { listenHere } from '../runtime/loopback-server.ts'
import { flagsForTools } from '../runtime/permissions.ts'
import { toolHostOf } from '../runtime/process/tools.ts'
import { signInWithBrowser } from '../sign-in/browser-sign-in.ts'
import type { LoopbackUri } from '../sign-in/loopback-uri.ts'
import type { OpenModule } from '../sign-in/start-browser.ts'
import type { CredentialContext } from '../source/context.ts'
import type { Asked, SignedIn } from './user-session.ts'

export interface BrowserChoice {
  prompt: string | undefined
  loginHint: string | undefined
  uri: LoopbackUri
  openBrowser: ((url: string) => unknown) | undefined
  pages: { success: string | undefined; error: string | undefined }
  timeoutMs: number
}

/** Signs a person in through a browser that returns to this machine's loopback address. */
export function askInBrowser(asked: Asked, context: CredentialContext, choice: BrowserChoice): Promise<SignedIn> {
  const { uri, openBrowser, pages, timeoutMs } = choice
  const { host } = new URL(context.authority)
  const aliases = aliasesOf(host)
  return signInWithBrowser({
    ...asked,
    prompt: choice.prompt ?? usualPrompt(asked, choice),
    loginHint: choice.loginHint ?? asked.account?.username,
    uri,
    pages,
    timeoutMs,
    aliases: aliases.length > 1 ? aliases : [],
    listen: context.host.listen ?? listenHere,
    open: openBrowser === undefined ? (url) => openHere(url, context) : (url) => openElsewhere(url, openBrowser),
    identify: async (answer, nonce) => ({ answer, record: await asked.identify(answer, nonce) }),
  })
}

/** If the account is known, the person need not choose one, and a challenge itself says what it requires. */
function usualPrompt({ account }: Asked, { loginHint }: BrowserChoice): string | undefined {
  if (loginHint !== undefined) return 'login'
  return account === undefined ? 'select_account' : undefined
}

async function openHere(url: string, { host }: CredentialContext): Promise<never> {
  const { startBrowser } = await import('../sign-in/start-browser.ts')
  const { platform, look, missingFlags = flagsForTools } = toolHostOf(host)
  return startBrowser(url, { env: host.env, platform, look, missingFlags }, () => opener(host))
}

async function openElsewhere(url: string, openBrowser: (url: string) => unknown): Promise<never> {
  await openBrowser(url)
  return new Promise<never>(() => undefined)
}

/** The package is optional, because a server opens no browser; an install without optional packages leaves it out. */
function opener({ load }: Host): Promise<OpenModule> {
  const missing = (cause: unknown): never => {
    throw new Error('the optional package open is not installed', { cause })
  }
  // The `catch` is where bundlers look for it, so that they accept a missing package too.
  return load === undefined ? import('open').catch(missing) : (load('open') as Promise<OpenModule>).catch(missing)
}
