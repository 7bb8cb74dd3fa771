import { fail, list, object, text } from './fields.ts'

/** What kind of program waits at a redirect URI: it decides how codes sent there are redeemed. */
export type RedirectPlatform = 'web' | 'spa' | 'publicClient'

export interface RedirectUri {
  uri: string
  platform: RedirectPlatform
}

const PLATFORMS: readonly RedirectPlatform[] = ['web', 'spa', 'publicClient']

/** Reads `redirectUris`: a list, whose platform is `otherwise`, or lists by platform. */
export function redirectUris(value: unknown, path: string, otherwise: RedirectPlatform): RedirectUri[] {
  if (value === undefined || Array.isArray(value)) {
    return list(value, path, redirectUri).map((uri) => ({ uri, platform: otherwise }))
  }
  const fields = object(value, path, PLATFORMS)
  return PLATFORMS.flatMap((platform) =>
    list(fields[platform], `${path}.${platform}`, redirectUri).map((uri) => ({ uri, platform })),
  )
}

function redirectUri(value: unknown, path: string): string {
  const uri = text(value, path)
  if (!/^[\x21-\x7e]+$/.test(uri) || /["'<>\\;,]/.test(uri) || !URL.canParse(uri)) {
    return fail(path, `${JSON.stringify(uri)} is not an absolute URI`, 'Write it like http://localhost:3000/callback.')
  }
  if (uri.includes('#')) return fail(path, 'has a fragment', 'Remove what follows the #.')
  if (/^(javascript|data|vbscript|file|blob):/i.test(uri)) {
    return fail(path, 'has a scheme that browsers run or read', 'Use https, http, or a scheme of your own.')
  }
  return uri
}

/**
 * The registered redirect URI that a given one stands for. They are compared as text, but for loopback's, whose port
 * counts only where two are registered (https://learn.microsoft.com/entra/identity-platform/reply-url).
 */
export function registeredRedirect(registered: readonly RedirectUri[], given: string): RedirectUri | undefined {
  const exact = registered.find(({ uri }) => uri === given)
  if (exact) return exact
  const asked = portless(given)
  return asked === undefined ? undefined : registered.find(({ uri }) => portless(uri) === asked)
}

/** Whether an `Origin` is that of a registered page; of loopback's, any port will do. */
export function isPageOrigin(registered: readonly RedirectUri[], origin: string): boolean {
  const pages = registered.filter(({ platform }) => platform === 'spa').map(({ uri }) => new URL(uri).origin)
  const asked = portless(origin)
  return pages.some((page) => page === origin || (asked !== undefined && portless(page) === asked))
}

/** A loopback URI without its port, or `undefined` for every other. */
function portless(uri: string): string | undefined {
  const parts = /^(https?:\/\/(?:localhost|127\.0\.0\.1))(?::\d{1,5})?(\/[^#]*)?$/.exec(uri)
  return parts ? `${parts[1]}${parts[2] ?? '/'}` : undefined
}
