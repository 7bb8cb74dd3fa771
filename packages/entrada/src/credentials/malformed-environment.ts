import { type AuthorityOptions, parseAuthority } from '../oauth/authority.ts'
import { type Env, settingOf } from '../runtime/environment.ts'
import { checkSetting, MalformedVariable } from '../runtime/malformed-variable.ts'

/**
 * What is wrong with `AZURE_AUTHORITY_HOST`, if anything. It must not stop the default chain, because managed
 * identities and developer tools do not need an authority. `authorityHost` is the option, which takes precedence over
 * the variable.
 */
export function authorityFault(
  env: Env,
  { authorityHost, ...rules }: AuthorityOptions & { authorityHost: unknown },
  who: string,
): MalformedVariable | undefined {
  const name = 'AZURE_AUTHORITY_HOST'
  const value = settingOf(env, name)
  if (authorityHost !== undefined || value === undefined) return undefined
  try {
    checkSetting(who, name, value, () => void parseAuthority(value, name, rules))
    return undefined
  } catch (error) {
    if (error instanceof MalformedVariable) return error
    throw error
  }
}
