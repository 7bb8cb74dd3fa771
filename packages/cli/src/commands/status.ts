import { type Command, defineCommand } from '../framework/command.ts'
import { exitCodes } from '../framework/failure.ts'
import { listing } from '../output/table.ts'
import { credentialOptions } from '../profile/credential-options.ts'
import { type ProfileState, stateOf } from '../profile/profile-state.ts'
import { readProfiles } from '../profile/read-profiles.ts'

export const command: Command = defineCommand({
  name: 'status',
  summary:
    'Show the profiles, who they are, and whether they can get a token without asking. Nothing is sent anywhere.',
  options: { json: { type: 'boolean', help: 'Write it as JSON' }, config: credentialOptions.config },
  examples: [
    { does: 'Who am I?', line: 'entrada status' },
    { does: 'The user name of the profile in use', line: `entrada status --json | jq -r '.[] | select(.inUse).who'` },
  ],
  async run({ values, world, out }) {
    const { profiles, inUse, why } = await readProfiles(world, values.config)
    if (why !== undefined) out.warn(why)
    const states: ProfileState[] = []
    for (const [name, description] of Object.entries(profiles))
      states.push(await stateOf(name, description, { inUse: name === inUse, env: world.env }))
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
    out.answer(listing(['  PROFILE', 'WHO', 'TENANT', 'CREDENTIAL', 'STATE'], rows, { room: out.room, dim }))
    return exitCodes.ok
  },
})
