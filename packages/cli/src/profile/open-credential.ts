import type { EntradaCredential } from 'entrada'
import type { DescribedOptions } from 'entrada/config'
import type { CommandContext } from '../framework/command.ts'
import { exitCodes, Failure } from '../framework/failure.ts'
import type { credentialOptions } from './credential-options.ts'
import { hasPlaceForTokens } from './own-config.ts'
import { thisHost } from './this-host.ts'

/** A credential, and where it comes from. */
export interface OpenedCredential {
  readonly credential: EntradaCredential
  /** The profile's name; `undefined` where there is none, and the default chain or `--credential` was taken. */
  readonly profile: string | undefined
  close(): Promise<void>
}

/**
 * Opens the credential that `--credential`, `--profile`, the configuration or, without any, the default chain says. Rejects
 * with a `Failure` or a `TypeError` where that is wrong; nothing is asked for yet. Its `getToken` never asks a person: it
 * rejects with a `Failure` (exit code 4) that names `entrada login`.
 *
 * @param more - Options besides those of the profile.
 */
export async function openCredential(
  { values, world, out }: Pick<CommandContext<typeof credentialOptions>, 'values' | 'world' | 'out'>,
  more: DescribedOptions = {},
): Promise<OpenedCredential> {
  const { chooseProfile, credentialFrom, openConfig, storeName } = await import('entrada/config')
  const options: DescribedOptions & { host: object } = {
    ...(out.isVerbose ? { onEvent: (await import('./event-line.ts')).tellEvents(out.verbose) } : {}),
    disableAutomaticAuthentication: true,
    host: thisHost,
    ...more,
  }
  // A service, a container or `env -i` may have no home: then each run gets a token of its own.
  const kept = hasPlaceForTokens(world) ? { store: 'system', storeName } : {}
  if (values.credential !== undefined) {
    const { usualDescription } = await import('./usual-variables.ts')
    const described = usualDescription(values.credential, world.env)
    return opened(await credentialFrom({ ...described, ...kept }, options), undefined)
  }
  const found = await openConfig({ file: values.config, cwd: world.cwd })
  if (found.passedOver !== undefined) {
    const { path, reason } = found.passedOver
    out.warn(`${path} is not read: it is ${reason}. Look at it, then: entrada trust`)
  }
  const chosen = chooseProfile(found, values.profile ?? (world.env.ENTRADA_PROFILE || undefined))
  if (chosen === undefined) {
    return opened(await credentialFrom({ credential: 'DefaultAzureCredential', ...kept }, options), undefined)
  }
  out.verbose(`profile ${chosen.name} of ${chosen.path}`)
  return opened(await chosen.description.make(options), chosen.name)
}

function opened(credential: EntradaCredential, profile: string | undefined): OpenedCredential {
  const getToken: EntradaCredential['getToken'] = async (scopes, options) => {
    try {
      return await credential.getToken(scopes, options)
    } catch (error) {
      const { name, message } = error as Error
      if (name !== 'AuthenticationRequiredError') throw error
      const line = profile === undefined ? 'entrada login' : `entrada login --profile ${profile}`
      const [what = ''] = message.split(/ Call (?:authenticate|signOut)\(/)
      throw new Failure(what, { remedy: `Sign in: ${line}.`, exitCode: exitCodes.signInRequired, cause: error })
    }
  }
  return {
    credential: new Proxy(credential, { get: (of, key) => (key === 'getToken' ? getToken : bound(of, key)) }),
    profile,
    close: () => credential.close(),
  }
}

function bound(of: EntradaCredential, key: string | symbol): unknown {
  const value = Reflect.get(of, key)
  return typeof value === 'function' ? value.bind(of) : value
}
