import { canListen } from '../runtime/can-listen.ts'
import { anyLoopback, type LoopbackUri, parseLoopbackUri } from '../sign-in/loopback-uri.ts'
import type { InteractiveBrowserCredentialNodeOptions } from './interactive-browser.ts'

const prompts = ['login', 'select_account', 'consent', 'create', 'none']

/**
 * Checks what `InteractiveBrowserCredential` alone takes, and gives where a program listens: a page's redirect URI is the
 * page's affair. Throws a `TypeError` that names the option.
 */
export function checkBrowserOptions(
  name: string,
  options: Omit<InteractiveBrowserCredentialNodeOptions, 'redirectUri'> & { redirectUri: unknown },
): LoopbackUri {
  const { redirectUri, loginHint, prompt, timeoutInMs, openBrowser, browserCustomizationOptions: pages } = options
  const fault = (option: string, words: string): TypeError =>
    new TypeError(`${name}: options.${option} must be ${words}.`)
  if (loginHint !== undefined && !isLine(loginHint)) throw fault('loginHint', 'the name that a person signs in with')
  if (prompt !== undefined && !prompts.includes(prompt)) throw fault('prompt', `one of ${prompts.join(', ')}`)
  if (timeoutInMs !== undefined && !(Number.isFinite(timeoutInMs) && timeoutInMs > 0)) {
    throw fault('timeoutInMs', 'a number of milliseconds above 0')
  }
  if (openBrowser !== undefined && typeof openBrowser !== 'function') {
    throw fault('openBrowser', 'a function that opens a page')
  }
  if (pages !== undefined && (typeof pages !== 'object' || pages === null)) {
    throw fault('browserCustomizationOptions', 'an object')
  }
  for (const page of ['successMessage', 'errorMessage'] as const) {
    if (pages?.[page] !== undefined && typeof pages[page] !== 'string') {
      throw fault(`browserCustomizationOptions.${page}`, 'a text of HTML')
    }
  }
  if (redirectUri === undefined || !canListen()) return anyLoopback
  return parseLoopbackUri(redirectUri, `${name}: options.redirectUri`)
}

function isLine(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !/\p{Cc}/u.test(value)
}
