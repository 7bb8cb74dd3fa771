import { type Command, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import { namesIn, readOwnConfig, writeOwnConfig } from '../profile/own-config.ts'
import { thisHost } from '../profile/this-host.ts'

export const command: Command = defineCommand({
  name: 'logout',
  summary: 'Forget a profile: its tokens, its secrets and its entry in the configuration.',
  usage: '[profile]',
  operands: { min: 0, max: 1 },
  options: { all: { type: 'boolean', help: 'Forget every profile' } },
  examples: [
    { does: 'The profile in use', line: 'entrada logout' },
    { does: 'Another one', line: 'entrada logout work' },
  ],
  async run({ positionals, values, world, out }) {
    const config = await readOwnConfig(world)
    const known = Object.keys(config.profiles)
    const named =
      positionals[0] ??
      (world.env.ENTRADA_PROFILE || undefined) ??
      config.defaultProfile ??
      (known.length === 1 ? known[0] : undefined)
    const leaving = values.all === true ? known : named === undefined ? [] : [named]
    if (leaving.length === 0) throw usageFailure('no profile is signed in.', 'See: entrada status')
    const unknown = leaving.find((name) => !Object.hasOwn(config.profiles, name))
    if (unknown !== undefined)
      throw usageFailure(`there is no profile ${JSON.stringify(unknown)}.`, `Known: ${known.join(', ') || 'none'}.`)
    const { credentialFrom, dropSecret } = await import('entrada/config')
    const left = { ...config.profiles }
    for (const name of leaving) {
      const description = config.profiles[name]
      const isOfPerson =
        typeof description === 'object' && description !== null && 'authenticationRecord' in description
      if (isOfPerson) {
        const credential = await credentialFrom(description as never, { host: thisHost } as never)
        await (credential as unknown as { signOut(): Promise<void> }).signOut()
        await credential.close()
      }
      for (const kept of namesIn(description, 'kept')) await dropSecret(kept, thisHost)
      delete left[name]
      out.note(`${out.errorStyle.good('✓')} ${name} is forgotten`)
    }
    const stays = config.defaultProfile !== undefined && Object.hasOwn(left, config.defaultProfile)
    await writeOwnConfig(world, { defaultProfile: stays ? config.defaultProfile : undefined, profiles: left })
  },
})
