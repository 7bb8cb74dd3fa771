import { resourceOf } from '../oauth/resource.ts'
import type { ToolRequest, Unusable } from './tool.ts'

/** What asks for facts about the user, and for no resource. */
const ofTheUser: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

/** Why a tool that takes one resource can't be asked for these scopes, if it can't. */
export function oneScope({ scopes }: ToolRequest): Unusable | undefined {
  const resources = new Set(scopes.filter((scope) => !ofTheUser.includes(scope)).map(resourceOf))
  if (resources.size === 1) return undefined
  return { reason: 'it takes one scope at a time.', mend: 'Ask for the scope of one resource in a call.' }
}

/** The scope that names the resource. */
export function scopeOf({ scopes }: ToolRequest): string {
  return scopes.find((scope) => !ofTheUser.includes(scope)) ?? (scopes[0] as string)
}
