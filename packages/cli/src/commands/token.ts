import { type Command, defineCommand } from '../framework/command.ts'
import { Failure, usageFailure } from '../framework/failure.ts'
import type { Output } from '../output/output.ts'
import { columns, fits } from '../output/table.ts'
import { credentialOptions } from '../profile/credential-options.ts'
import { openCredential } from '../profile/open-credential.ts'
import { aliases, scopeOf } from '../token/aliases.ts'
import { type FormatName, formats } from '../token/formats.ts'

export const command: Command = defineCommand({
  name: 'token',
  summary: 'Print an access token for a scope, or for the alias of one. It comes from the cache while it is valid.',
  usage: '<scope | alias>…',
  operands: { min: 0, max: 20 },
  options: {
    output: {
      type: 'string',
      short: 'o',
      value: 'FORMAT',
      choices: Object.keys(formats),
      help: 'What to print; default raw',
    },
    ...credentialOptions,
    tenant: { type: 'string', value: 'TENANT', help: 'Ask in this tenant in place of the credential’s own' },
    claims: {
      type: 'string',
      value: 'JSON',
      help: 'A claims challenge; the token that it brings replaces the cached one',
    },
    'min-life': { type: 'string', value: 'TIME', help: 'Get a new token if the cached one ends sooner: 10m, 90s, 1h' },
    decode: {
      type: 'boolean',
      help: 'Print the claims in place of the token. Nobody has checked them: see entrada verify',
    },
    aliases: { type: 'boolean', help: 'List the aliases, with their scopes and where those are documented' },
    host: { type: 'string', value: 'HOST', help: 'The host of -o netrc' },
    'role-arn': { type: 'string', value: 'ARN', help: 'The role of -o aws-process; so does the variable AWS_ROLE_ARN' },
  },
  foreignOptions: {
    scope:
      'Name the scope without it: entrada token https://vault.azure.net/.default, or an alias: entrada token vault.',
    resource: 'Name the scope, which is the resource and /.default: entrada token https://vault.azure.net/.default.',
    query: 'The token alone is printed; for the rest there is -o json.',
    subscription: 'Name the tenant: --tenant.',
  },
  examples: [
    { does: 'A token for Azure Resource Manager, into a variable', line: 'TOKEN=$(entrada token arm)' },
    {
      does: 'A request, without the token on the command line',
      line: 'entrada token graph -o header | curl -H @- https://graph.microsoft.com/v1.0/me',
    },
    {
      does: 'A database password',
      line: 'PGPASSWORD=$(entrada token postgres --min-life 10m) psql -h db.example -U ada@contoso.com',
    },
    { does: 'What is in it', line: 'entrada token vault --decode' },
  ],
  async run(context) {
    const { values, positionals, world, out } = context
    if (values.aliases === true) {
      out.answer(shownAliases(out, world.stdout.isTTY === true))
      return
    }
    if (positionals.length === 0)
      throw usageFailure('a scope is missing.', 'Name one, or an alias: entrada token --aliases')
    const scopes = positionals.map(scopeOf)
    const { 'min-life': minimum, tenant, claims, decode, output, host, 'role-arn': roleArn } = values
    if (decode === true && output !== undefined)
      throw usageFailure('--decode and -o exclude each other.', 'Give one of them.')
    const shortest =
      minimum === undefined ? 0 : (await import('../token/duration.ts')).durationOf(minimum, '--min-life')
    const opened = await openCredential(context, tenant === undefined ? {} : { additionallyAllowedTenants: [tenant] })
    try {
      const { credential } = opened
      const ask = (more: { claims?: string } = {}) => {
        const options = { abortSignal: world.signal, ...(tenant === undefined ? {} : { tenantId: tenant }), ...more }
        return out.progress('Asking for a token', credential.getToken(scopes, options))
      }
      let access = await ask(claims === undefined ? {} : { claims })
      // A request with claims goes to the network whatever is cached; this one demands nothing.
      if (access.expiresOnTimestamp - world.now() < shortest) access = await ask({ claims: '{"access_token":{}}' })
      if (access.expiresOnTimestamp - world.now() < shortest) {
        throw new Failure(`a new token ends sooner than in ${minimum}.`, { remedy: 'Ask for less: --min-life.' })
      }
      const { token, expiresOnTimestamp: expiresOn } = access
      if (decode === true) {
        const { claimsOf, shownClaim } = await import('../token/claims.ts')
        const found = claimsOf(token)
        if (found === undefined)
          throw new Failure('the token cannot be read: it is not a JWT.', {
            remedy: 'Its resource alone knows what it says.',
          })
        const rows = Object.entries(found).map(([name, value]) => [
          out.style.bold(name),
          shownClaim(name, value, world.now()),
        ])
        out.answer(columns(rows, out.room))
        return
      }
      const { name } = credential
      const written = {
        token,
        expiresOn,
        scopes,
        credential: name,
        env: world.env,
        host,
        roleArn,
        signal: world.signal,
      }
      out.answer(await formats[(output ?? 'raw') as FormatName](written))
    } finally {
      await opened.close()
    }
  },
})

/** A table where it fits; else each alias has its source in a second line. In a pipe each is a line of its own, and whole. */
function shownAliases({ style, room }: Output, isTerminal: boolean): string {
  const rows = Object.entries(aliases).map(([name, { scope, source }]) => [style.bold(name), scope, source])
  if (!isTerminal) return rows.map((row) => row.join('\t')).join('\n')
  const table = columns(rows, Number.POSITIVE_INFINITY)
  if (fits(table, room)) return table
  const lines = rows.flatMap(([name = '', scope = '', source = '']) => [
    [name, scope],
    ['', style.dim(source)],
  ])
  return columns(lines, room)
}
