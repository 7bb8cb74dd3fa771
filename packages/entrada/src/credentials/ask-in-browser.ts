import { aliasesOf } from '../msal/environments.ts'
import type { Host } from '../runtime/host.ts'
import { listenHere } from '../runtime/loopback-server.ts'
import type { ToolHost } from '../runtime/tools.ts'
import { signInWithBrowser } from '../sign-in/browser-sign-in.ts'
import type { LoopbackUri } from '../sign-in/loopback-uri.ts'
import type { OpenModule } from '../sign-in/start-browser.ts'
import type { CredentialContext } from './context.ts'
import type { Asked, SignedIn } from './user-session.ts'

export interface BrowserChoice {
  prompt: string | undefined
  loginHint: string | undefined
  uri: LoopbackUri
  openBrowser: ((url: string) => unknown) | undefined
  pages: { success: string | undefined; error: string | undefined }
  timeoutMs: number
}

/** Signs in through a browser that comes back to this machine's loopback address. */
export function askInBrowser(
  asked: Asked,
  context: CredentialContext,
  choice: BrowserChoice,
  machine: ToolHost,
): Promise<SignedIn> {
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
    open:
      openBrowser === undefined ? (url) => openHere(url, context, machine) : (url) => openElsewhere(url, openBrowser),
    identify: async (answer, nonce) => ({ answer, record: await asked.identify(answer, nonce) }),
  })
}

/** Who is known is not asked which account to use, and a challenge says itself what it takes. */
function usualPrompt({ account }: Asked, { loginHint }: BrowserChoice): string | undefined {
  if (loginHint !== undefined) return 'login'
  return account === undefined ? 'select_account' : undefined
}

async function openHere(url: string, { host }: CredentialContext, machine: ToolHost): Promise<never> {
  const { startBrowser } = await import('../sign-in/start-browser.ts')
  const { platform, look } = machine
  return startBrowser(url, { env: host.env, platform, look }, () => opener(host))
}

async function openElsewhere(url: string, openBrowser: (url: string) => unknown): Promise<never> {
  await openBrowser(url)
  return new Promise<never>(() => undefined)
}

/** A package that is left out where optional ones are: a server opens no browser. */
function opener({ load }: Host): Promise<OpenModule> {
  const missing = (cause: unknown): never => {
    throw new Error('the optional package open is not installed', { cause })
  }
  // The `catch` stands where bundlers look for it: they then do without the package too.
  return load === undefined ? import('open').catch(missing) : (load('open') as Promise<OpenModule>).catch(missing)
}
