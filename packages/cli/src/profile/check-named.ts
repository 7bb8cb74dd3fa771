import { credentialFields } from 'entrada/config'
import type { CommandContext } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import type { credentialOptions } from './credential-options.ts'
import { checkedProfileName } from './own-config.ts'
import { readProfiles } from './read-profiles.ts'
import { usualDescription } from './usual-variables.ts'

/**
 * Looks at what `--profile`, `--config` and `--credential` name, where that is written down for later: it would fail then, in
 * another program. Throws a `Failure` for what no credential and no profile can be called; a profile may still be made, so that one
 * which is not there is a warning.
 */
export async function checkNamed({
  values: { profile, config, credential },
  world,
  out,
}: Pick<CommandContext<typeof credentialOptions>, 'values' | 'world' | 'out'>): Promise<void> {
  if (credential !== undefined && !Object.hasOwn(credentialFields, credential)) {
    usualDescription(credential, world.env)
    const known = `Known: ${Object.keys(credentialFields).join(', ')}.`
    throw usageFailure(`--credential ${JSON.stringify(credential.slice(0, 60))} is not known.`, known)
  }
  if (profile === undefined) return
  const { profiles } = await readProfiles(world, config)
  if (Object.hasOwn(profiles, checkedProfileName(profile))) return
  out.warn(`there is no profile "${profile}" yet. Sign in: entrada login --profile ${profile}.`)
}
