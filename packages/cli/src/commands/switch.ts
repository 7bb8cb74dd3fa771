import { type Command, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import { readOwnConfig, writeOwnConfig } from '../profile/own-config.ts'
import { overruled } from '../profile/read-profiles.ts'

export const command: Command = defineCommand({
  name: 'switch',
  summary: 'Choose the profile that is used where none is named.',
  usage: '<profile>',
  operands: { min: 1 },
  options: {},
  examples: [{ does: 'From now on, the profile work', line: 'entrada switch work' }],
  async run({ positionals: [name = ''], world, out }) {
    const config = await readOwnConfig(world)
    if (!Object.hasOwn(config.profiles, name)) {
      const known = Object.keys(config.profiles).join(', ')
      throw usageFailure(
        `there is no profile ${JSON.stringify(name.slice(0, 64))}.`,
        known === '' ? 'Sign in: entrada login.' : `Known: ${known}.`,
      )
    }
    await writeOwnConfig(world, { ...config, defaultProfile: name })
    const why = overruled(world.env, name)
    if (why !== undefined) out.warn(why)
    else out.note(`${out.errorStyle.good('✓')} ${name} is the profile in use`)
  },
})
