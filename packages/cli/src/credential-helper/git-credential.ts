import { parseArgs } from 'node:util'
import { errorLines } from '../framework/error-lines.ts'
import { exitCodes, usageFailure } from '../framework/failure.ts'
import type { World } from '../framework/world.ts'
import { openOutput } from '../output/output.ts'
import { scopeOf } from '../token/aliases.ts'
import { type Asker, type GivenToken, question, tokenFor } from './request.ts'

/**
 * `git credential-entrada`: git's helper for Azure DevOps (git-scm.com/docs/gitcredentials, git-scm.com/docs/git-credential).
 * Whatever the question is, only hosts of Azure DevOps and those of `--host` get a token, and by https alone. If there is
 * none git is told to quit: a password that somebody typed would be no better.
 */
export async function gitCredential(args: readonly string[], world: World): Promise<number> {
  const out = openOutput(world, { isVerbose: false, noColours: undefined })
  let isOurs = false
  try {
    const { action, hosts, scope, ...asker } = given(args)
    // git stores what it got from here, which is kept already; actions that are new to us are to be passed over.
    if (action !== 'get' && action !== 'erase') return exitCodes.ok
    const asked = fieldsOf(await question(world.stdin))
    const isMeant = asked.protocol === 'https' && isForUs(asked.host ?? '', hosts)
    if (isMeant && action === 'erase' && asked.secret !== undefined) {
      // The server has refused it; the next question is to have another answer.
      await tokenFor(scope, asker, world, asked.secret).catch(() => undefined)
    }
    if (action !== 'get') return exitCodes.ok
    isOurs = isMeant
    if (isOurs) world.stdout.write(answer(asked, await tokenFor(scope, asker, world)))
    return exitCodes.ok
  } catch (error) {
    world.stderr.write(errorLines(error, out))
    if (isOurs) world.stdout.write('quit=1\n')
    return isOurs ? exitCodes.ok : exitCodes.failed
  }
}

interface Given extends Asker {
  action: string | undefined
  hosts: readonly string[]
  scope: string
}

function given(args: readonly string[]): Given {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        host: { type: 'string', multiple: true },
        scope: { type: 'string' },
        profile: { type: 'string' },
        config: { type: 'string' },
        credential: { type: 'string' },
      },
    })
    const { host: hosts = [], scope = 'devops', ...asker } = values
    return { action: positionals[0], hosts, scope: scopeOf(scope), ...asker }
  } catch {
    throw usageFailure(
      'the helper in git’s configuration has other options than entrada knows.',
      'Run: entrada setup git',
    )
  }
}

interface Fields {
  protocol?: string
  host?: string
  username?: string
  /** The token that git was given before, and that a server has refused. */
  secret?: string
  capabilities: readonly string[]
  /** What the server asks for: its WWW-Authenticate headers. */
  challenges: readonly string[]
}

function fieldsOf(text: string): Fields {
  const pairs = text.split('\n').map((line) => /^([^=]*)=(.*)$/.exec(line.replace(/\r$/, ''))?.slice(1) ?? [])
  const all = (name: string): string[] => pairs.flatMap(([key, value]) => (key === name ? [value ?? ''] : []))
  const one = (name: 'protocol' | 'host' | 'username') => {
    const value = all(name).at(-1)
    return value === undefined ? {} : { [name]: value }
  }
  const secret = all('credential').at(-1) ?? all('password').at(-1)
  return {
    ...(secret === undefined ? {} : { secret }),
    ...one('protocol'),
    ...one('host'),
    ...one('username'),
    capabilities: all('capability[]'),
    challenges: all('wwwauth[]'),
  }
}

function isForUs(host: string, others: readonly string[]): boolean {
  const name = host.toLowerCase()
  return /^(?:dev\.azure\.com|[a-z\d-]+\.visualstudio\.com)$/.test(name) || others.includes(name)
}

function answer(asked: Fields, { token, expiresOnTimestamp }: GivenToken): string {
  const { capabilities, challenges, username } = asked
  const takesBearer = challenges.length === 0 || challenges.some((one) => /^bearer\b/i.test(one))
  const lines =
    capabilities.includes('authtype') && takesBearer
      ? // From git 2.46 on; ephemeral, so that no other helper is told to keep it.
        ['capability[]=authtype', 'authtype=Bearer', `credential=${token}`, 'ephemeral=1']
      : // Azure DevOps takes a token for the password of anybody.
        [`username=${username ?? 'entrada'}`, `password=${token}`]
  return `${[...lines, `password_expiry_utc=${Math.floor(expiresOnTimestamp / 1000)}`].join('\n')}\n`
}
