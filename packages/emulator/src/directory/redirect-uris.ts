import { fail, list, object, text } from './fields.ts'

/** The kind of program at a redirect URI, which decides how codes that are sent there are redeemed. */
export type RedirectPlatform = 'web' | 'spa' | 'publicClient'

export interface RedirectUri {
  uri: string
  platform: RedirectPlatform
}

const platforms: readonly RedirectPlatform[] = ['web', 'spa', 'publicClient']

/** Reads `redirectUris`: lists by platform, or a single list, whose platform is `otherwise`. */
export function redirectUris(value: unknown, path: string, otherwise: RedirectPlatform): RedirectUri[] {
  if (value === undefined || Array.isArray(value)) {
    return list(value, path, redirectUri).map((uri) => ({ uri, platform: otherwise }))
  }
  const fields = object(value, path, platforms)
  return platforms.flatMap((platform) =>
    list(fields[platform], `${path}.${platform}`, redirectUri).map((uri) => ({ uri, platform })),
  )
}

function redirectUri(value: unknown, path: string): string {
  const uri = text(value, path)
  if (!/^[\x21-\x7e]+$/.test(uri) || /["'<>\\;,]/.test(uri) || !URL.canParse(uri)) {
    return fail(path, `${JSON.stringify(uri)} is not an absolute URI`, 'Write it as http://localhost:3000/callback.')
  }
  if (uri.includes('#')) return fail(path, 'has a fragment', 'Remove what follows the #.')
  if (/^(javascript|data|vbscript|file|blob):/i.test(uri)) {
    return fail(path, 'has a scheme that browsers execute or read locally', 'Use https, http or a custom scheme.')
  }
  return uri
}

/**
 * The registered redirect URI that matches a given one. They are compared as strings, except that the port of a
 * loopback URI only matters if two are registered (https://learn.microsoft.com/entra/identity-platform/reply-url).
 */
export function registeredRedirect(registered: readonly RedirectUri[], given: string): RedirectUri | undefined {
  const exact = registered.find(({ uri }) => uri === given)
  if (exact) return exact
  const asked = portless(given)
  return asked === undefined ? undefined : registered.find(({ uri }) => portless(uri) === asked)
}

/** Whether an `Origin` belongs to a registered page; on loopback, any port matches. */
export function isPageOrigin(registered: readonly RedirectUri[], origin: string): boolean {
  const pages = registered.filter(({ platform }) => platform === 'spa').map(({ uri }) => new URL(uri).origin)
  const asked = portless(origin)
  return pages.some((page) => page === origin || (asked !== undefined && portless(page) === asked))
}

/** A loopback URI without its port, or `undefined` for any other URI. */
function portless(uri: string): string | undefined {
  const parts = /^(https?:\/\/(?:localhost|127\.0\.0\.1))(?::\d{1,5})?(\/[^#]*)?$/.exec(uri)
  return parts ? `${parts[1]}${parts[2] ?? '/'}` : undefined
}
