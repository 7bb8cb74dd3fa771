import { join } from 'node:path'
import { type Command, type CommandContext, defineCommand } from '../framework/command.ts'
import { exitCodes, usageFailure } from '../framework/failure.ts'
import { listing } from '../output/table.ts'
import { hasPlaceForTokens, readOwnConfig } from '../profile/own-config.ts'
import { thisHost } from '../profile/this-host.ts'
import { away } from '../token/claims.ts'

const options = { json: { type: 'boolean', help: 'Write the list as JSON' } } as const

export const command: Command = defineCommand({
  name: 'cache',
  summary: 'List the tokens that are kept, remove them, or tell where they are. No token is ever shown.',
  usage: '<ls | rm | path>',
  operands: { min: 1 },
  options,
  notes: [
    'rm leaves sign-ins and secrets as they are, so that new tokens are got without asking: see entrada logout for those.',
  ],
  examples: [
    { does: 'What is kept, and until when', line: 'entrada cache ls' },
    { does: 'Start anew', line: 'entrada cache rm' },
  ],
  async run(context) {
    if (!hasPlaceForTokens(context.world)) {
      throw usageFailure('there is no place where tokens could be kept: HOME is not an absolute path.', 'Set it.')
    }
    switch (context.positionals[0]) {
      case 'ls':
        return list(context)
      case 'rm':
        return remove(context)
      case 'path':
        return tellPath(context)
      default:
        throw usageFailure(`unknown: cache ${context.positionals[0]?.slice(0, 40)}.`, 'There are ls, rm and path.')
    }
  },
})

type Context = CommandContext<typeof options>
type Record = Awaited<ReturnType<typeof kept>>[number]

/** Every access token of applications, and of the people who have a profile. */
async function kept({ world }: Pick<Context, 'world'>) {
  const { openStore } = await import('entrada/config')
  const store = await openStore(thisHost)
  const { profiles } = await readOwnConfig(world)
  const people = Object.values(profiles).flatMap((profile) => {
    const { authenticationRecord } = profile as { authenticationRecord?: { homeAccountId?: string } }
    return authenticationRecord?.homeAccountId ?? []
  })
  const lists = await Promise.all(['app', ...new Set(people)].map((partition) => store.list(partition)))
  return lists.flat().filter(({ key }) => key.kind === 'access')
}

async function list(context: Context): Promise<number> {
  const { values, world, out } = context
  const records = (await kept(context)).sort((one, other) => one.expiresAt - other.expiresAt)
  const shown = records.map(({ key, expiresAt }: Record) => ({
    scopes: key.target ?? '',
    tenant: key.realm ?? '',
    clientId: key.clientId,
    who: key.partition === 'app' ? 'the application' : 'a user',
    expires: new Date(expiresAt).toISOString(),
  }))
  if (values.json === true) out.answer(JSON.stringify(shown, null, 2))
  else if (shown.length === 0) out.note('No tokens are kept.')
  else {
    const rows = shown.map((row) => [
      row.scopes,
      row.tenant,
      row.clientId,
      row.who,
      away(Date.parse(row.expires) - world.now()),
    ])
    const { room, style } = out
    out.answer(listing(['SCOPES', 'TENANT', 'CLIENT', 'WHO', 'ENDS'], rows, { room, dim: style.dim }))
  }
  return exitCodes.ok
}

async function remove(context: Context): Promise<number> {
  const { openStore } = await import('entrada/config')
  const store = await openStore(thisHost)
  const records = await kept(context)
  for (const { key } of records) await store.delete(key)
  context.out.note(
    `${context.out.errorStyle.good('✓')} ${records.length} ${records.length === 1 ? 'token is' : 'tokens are'} removed`,
  )
  return exitCodes.ok
}

async function tellPath({ world, out }: Context): Promise<number> {
  const { openStore, storeName } = await import('entrada/config')
  let kind = ''
  await openStore(thisHost, (store) => {
    kind = store
  })
  const { env, platform } = world
  const files =
    platform === 'win32'
      ? join(env.LOCALAPPDATA ?? '', 'entrada', storeName)
      : join(env.HOME ?? '', '.entrada', storeName)
  out.answer(kind === 'encrypted files' ? files : `the system’s keyring, under the name ${storeName}`)
  return exitCodes.ok
}
