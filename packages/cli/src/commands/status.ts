import { type Command, defineCommand } from '../framework/command.ts'
import { exitCodes } from '../framework/failure.ts'
import { columns } from '../output/table.ts'
import { readOwnConfig } from '../profile/own-config.ts'
import { type ProfileState, stateOf } from '../profile/profile-state.ts'

export const command: Command = defineCommand({
  name: 'status',
  summary:
    'Show the profiles, who they are, and whether they can get a token without asking. Nothing is sent anywhere.',
  options: { json: { type: 'boolean', help: 'Write it as JSON' } },
  examples: [
    { does: 'Who am I?', line: 'entrada status' },
    { does: 'The user name of the profile in use', line: `entrada status --json | jq -r '.[] | select(.inUse).who'` },
  ],
  async run({ values, world, out }) {
    const config = await readOwnConfig(world)
    const names = Object.keys(config.profiles)
    const inUse = world.env.ENTRADA_PROFILE || config.defaultProfile || (names.length === 1 ? names[0] : undefined)
    const states: ProfileState[] = []
    for (const name of names) states.push(await stateOf(name, config.profiles[name], name === inUse))
    if (values.json === true) {
      out.answer(JSON.stringify(states, null, 2))
      return
    }
    if (states.length === 0) {
      out.answer('No profile is signed in. The default chain is asked: environment, managed identity, developer tools.')
      out.note('Sign in: entrada login')
      return exitCodes.ok
    }
    const { bold, dim, good, bad } = out.style
    const rows = states.map(({ name, credential, who, tenant, state, ...rest }) => [
      `${rest.inUse ? good('*') : ' '} ${bold(name)}`,
      who,
      tenant,
      credential,
      state === 'ready' ? good(state) : bad(state),
    ])
    out.answer(
      columns([['  PROFILE', 'WHO', 'TENANT', 'CREDENTIAL', 'STATE'].map(dim), ...rows], Math.max(out.width, 160)),
    )
    return exitCodes.ok
  },
})
