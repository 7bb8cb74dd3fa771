import { type Command, defineCommand } from '../framework/command.ts'
import { exitCodes, Failure, usageFailure } from '../framework/failure.ts'
import { columns } from '../output/table.ts'
import { claimsOf, shownClaim } from '../token/claims.ts'

export const command: Command = defineCommand({
  name: 'verify',
  summary: 'Verify an access token: its signature against the issuer’s keys, issuer, audience and times, in words.',
  usage: '<jwt | ->',
  operands: { min: 1 },
  options: {
    audience: {
      type: 'string',
      short: 'a',
      multiple: true,
      value: 'NAME',
      help: 'Whom it must be for; default what it says itself',
    },
    tenant: { type: 'string', multiple: true, value: 'ID', help: 'Whose tenant’s tokens are taken; default any' },
    'authority-host': {
      type: 'string',
      value: 'URL',
      help: 'The authority; default AZURE_AUTHORITY_HOST, else the public cloud',
    },
    json: { type: 'boolean', help: 'Write the outcome and the claims as JSON' },
  },
  notes: ['Give the token on standard input (-): an argument is seen by every process of the machine.'],
  examples: [
    {
      does: 'A token of your own API',
      line: 'entrada token api://my-api/.default | entrada verify - --audience api://my-api',
    },
  ],
  async run({ positionals: [given = ''], values, world, out }) {
    const { askSecret } = await import('../profile/ask-secret.ts')
    const token = (given === '-' ? await askSecret('token', { file: undefined, world }) : given)
      .trim()
      .replace(/^Bearer\s+/i, '')
    const claims = claimsOf(token)
    const named = values.audience ?? (typeof claims?.aud === 'string' ? [claims.aud] : undefined)
    if (named === undefined)
      throw new Failure('this is not a JWT: there is nothing to verify.', {
        remedy: 'Only its issuer can say whether it is good.',
      })
    const authority = values['authority-host'] ?? (world.env.AZURE_AUTHORITY_HOST || undefined)
    const { accessTokens } = await import('@entrada/verify')
    const verify = await checkedOptions(() =>
      accessTokens({
        audience: named,
        tenants: values.tenant ?? 'any',
        ...(authority === undefined ? {} : { clouds: authority as 'public' }),
        remember: 0,
        fetch: (url, init) => fetch(url, { ...init, signal: eitherOf(world.signal, init.signal) }),
      }),
    )
    const refused = await out.progress('Verifying', verify(token)).then(
      () => undefined,
      (error: Refusal) => error,
    )
    // Ctrl-C while the keys are fetched says nothing of the token.
    world.signal.throwIfAborted()
    // Said last, of a token that is good otherwise: nothing particular is required here.
    const permits = refused?.code !== 'role' && refused?.code !== 'scope'
    const failed = permits ? refused : undefined
    if (values.json === true) {
      const { reason, remedy, code } = failed ?? {}
      const outcome = failed === undefined ? { verified: true, permits } : { verified: false, code, reason, remedy }
      out.answer(JSON.stringify({ ...outcome, claims }, null, 2))
      return failed === undefined ? exitCodes.ok : exitCodes.failed
    }
    if (failed !== undefined) throw failed
    const { good, doubtful } = out.style
    const rows = Object.entries(claims ?? {}).map(([name, value]) => [
      out.style.bold(name),
      shownClaim(name, value, world.now()),
    ])
    const about = values.audience === undefined ? 'for the audience that it names itself' : `for ${named.join(', ')}`
    const lines = [`${good('✓')} The signature is the issuer’s, and the token is valid now, ${about}.`]
    if (!permits) lines.push(`${doubtful('!')} It permits nothing: it has neither scopes (scp) nor roles.`)
    out.answer([...lines, '', columns(rows, out.room)].join('\n'))
    return exitCodes.ok
  },
})

function eitherOf(one: AbortSignal, other: AbortSignal | null | undefined): AbortSignal {
  return other == null ? one : AbortSignal.any([one, other])
}

/** What `@entrada/verify` rejects with. */
type Refusal = Error & { reason?: string; remedy?: string; code?: string }

async function checkedOptions<T>(make: () => T): Promise<T> {
  try {
    return make()
  } catch (error) {
    throw usageFailure((error as Error).message.replace(/^accessTokens: /, ''))
  }
}
