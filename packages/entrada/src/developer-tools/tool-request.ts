import { resourceOf } from '../oauth/resource.ts'
import type { ToolRequest, Unusable } from './tool.ts'

/** The scopes of OpenID Connect, which do not name a resource. */
const openIdScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

/** Why a tool that takes one resource at a time cannot be asked for these scopes, or `undefined`. */
export function oneScope({ scopes }: ToolRequest): Unusable | undefined {
  const resources = new Set(scopes.filter((scope) => !openIdScopes.includes(scope)).map(resourceOf))
  if (resources.size === 1) return undefined
  return { reason: 'it accepts only one scope at a time.', remedy: 'Ask for the scope of one resource per call.' }
}

/** The scope that names the resource. */
export function scopeOf({ scopes }: ToolRequest): string {
  return scopes.find((scope) => !openIdScopes.includes(scope)) ?? (scopes[0] as string)
}

/** A claims challenge as the tools accept it: the base64 of its UTF-8, which never begins with a hyphen. */
export function claimsArgument(claims: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(claims)))
}
