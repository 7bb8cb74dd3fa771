import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { assertionSource } from '../assertion/assertion-source.ts'
import { type Command, type CommandContext, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import { type FileForm, fileForm, fileForms } from '../keep/file-forms.ts'
import { type KeeperEvent, type KeptToken, keepToken } from '../keep/keeper.ts'
import { openTokenFile } from '../keep/token-file.ts'
import { credentialOptions } from '../profile/credential-options.ts'
import { type OpenedCredential, openCredential } from '../profile/open-credential.ts'
import { scopeOf } from '../token/aliases.ts'

const options = {
  ...credentialOptions,
  file: { type: 'string', value: 'FILE', help: 'The file to keep the token in' },
  scope: { type: 'string', value: 'SCOPE', help: 'Keep an access token for this scope or alias' },
  audience: {
    type: 'string',
    value: 'AUDIENCE',
    help: 'Keep a token to present as an assertion: api://AzureADTokenExchange for Entra ID',
  },
  output: {
    type: 'string',
    short: 'o',
    value: 'FORM',
    choices: fileForms,
    help: 'What the file looks like; default raw',
  },
  mode: { type: 'string', value: 'OCTAL', help: 'Permissions of the file; default 0600' },
  host: { type: 'string', value: 'NAME', help: 'pgpass, netrc: the server that the password is for' },
  'server-port': { type: 'string', value: 'NUMBER', help: 'pgpass: its port; default any' },
  database: { type: 'string', value: 'NAME', help: 'pgpass: the database; default any' },
  user: { type: 'string', value: 'NAME', help: 'pgpass, netrc, npmrc: the user' },
  registry: { type: 'string', value: 'URL', help: 'npmrc: the registry' },
} as const

export const command: Command = defineCommand({
  name: 'keep',
  summary: 'Keep a fresh token in a file, for programs that read it from there.',
  options,
  notes: [
    'The file is replaced in one step, well before the token in it ends, and only you can read it. When the command ends the file is removed; so is a token that has ended and for which there is no other.',
  ],
  examples: [
    {
      does: 'A pipeline that outlives its first OIDC token',
      line: 'entrada keep --file "$RUNNER_TEMP/assertion" --audience api://AzureADTokenExchange &',
    },
    {
      does: 'psql, which reads PGPASSFILE',
      line: 'entrada keep --file ~/.pgpass-azure --scope postgres -o pgpass --host db.postgres.database.azure.com &',
    },
    {
      does: 'A kubeconfig with tokenFile',
      line: 'entrada keep --file ~/.kube/token --scope 6dae42f8-4368-4678-94ff-3960e28e3630/.default &',
    },
  ],
  async run(context) {
    const { values, world, out } = context
    const { file: path } = values
    if (path === undefined) throw usageFailure('keep: there is no file to keep.', 'Name it: --file FILE.')
    const mode = readMode(values.mode)
    const form = fileForm((values.output ?? 'raw') as FileForm, { ...values, port: values['server-port'] })
    if (values.output === 'pgpass' && (mode & 0o077) !== 0) {
      throw usageFailure('keep: libpq takes no pgpass file that others may read.', 'Leave --mode out.')
    }
    if ((values.scope === undefined) === (values.audience === undefined)) {
      throw usageFailure('keep: either --scope or --audience says which token.', 'Give one of them.')
    }
    const file = await openTokenFile({ path: resolve(world.cwd, path), mode })
    const opened = await openCredential(context)
    try {
      const getToken = tokenOf(context, opened)
      let isBegun = false
      await keepToken({
        getToken: (signal) => (isBegun ? getToken(signal) : out.progress('Asking for a token', getToken(signal))),
        file,
        form,
        now: world.now,
        sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
        tell(event) {
          if (!isBegun && event.type === 'written') {
            const until = new Date(event.expiresOnTimestamp).toISOString()
            out.note(
              `${out.errorStyle.good('✓')} ${file.path} has a token until ${until}. Ctrl-C ends this, and removes it.`,
            )
          }
          isBegun = true
          tell(context, file.path, event)
        },
        signal: world.signal,
      })
    } finally {
      await opened.close()
    }
  },
})

type Context = CommandContext<typeof options>

function readMode(text: string = '0600'): number {
  const mode = /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : 0
  if ((mode & 0o600) === 0o600 && (mode & 0o133) === 0) return mode
  throw usageFailure(
    `keep: --mode ${JSON.stringify(text.slice(0, 60))} is not one for a token.`,
    'Give 0600, 0640 or 0644: others may read it at most.',
  )
}

function tokenOf(
  { values, world }: Context,
  { credential }: OpenedCredential,
): (signal: AbortSignal) => Promise<KeptToken> {
  const { scope, audience } = values
  if (scope !== undefined) return async (abortSignal) => credential.getToken(scopeOf(scope), { abortSignal })
  const source = assertionSource({ credential, env: world.env, now: world.now })
  if (source === undefined) {
    throw usageFailure(
      'keep: this profile has no assertion to give.',
      'Use one with a managed identity or a federated source, or --scope for an access token.',
    )
  }
  return (signal) => source(audience ?? '', signal)
}

function tell({ out }: Context, path: string, event: KeeperEvent): void {
  const why = 'error' in event && event.error instanceof Error ? ` ${event.error.message.split('\n', 1)[0]}` : ''
  const time = 'expiresOnTimestamp' in event ? new Date(event.expiresOnTimestamp).toISOString() : ''
  if (event.type === 'written') out.verbose(`${path}: a token until ${time}`)
  else if (event.type === 'replaced')
    out.warn(`another program has written ${path}, perhaps a second entrada keep. Give each of them a file of its own.`)
  else if (event.type === 'failed') out.warn(`no newer token yet; the one in ${path} is valid until ${time}.${why}`)
  else out.warn(`the token has ended, and ${path} is removed until there is another.${why}`)
}
