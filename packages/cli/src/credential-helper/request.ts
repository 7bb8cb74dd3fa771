import { Failure } from '../framework/failure.ts'
import type { World } from '../framework/world.ts'
import { openOutput } from '../output/output.ts'
import { openCredential } from '../profile/open-credential.ts'

/** Longer than any question, in bytes; git's may hold headers of a server. */
const longest = 256 * 1024

/** What the tool asks, from standard input to its end. */
export async function question(stdin: World['stdin']): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > longest) throw new Failure('the question on standard input is too long.')
  }
  return text
}

/** Whose token is given. */
export interface Asker {
  readonly profile?: string
  readonly config?: string
  readonly credential?: string
}

/** A token, and when it ends, in milliseconds since the epoch. */
export interface GivenToken {
  readonly token: string
  readonly expiresOnTimestamp: number
}

/**
 * A token for a scope, as `entrada token` gives it: nobody is asked anything.
 *
 * @param refused - A token that a server has refused: where it is the one that is kept, another takes its place.
 */
export async function tokenFor(scope: string, asker: Asker, world: World, refused?: string): Promise<GivenToken> {
  const out = openOutput(world, { isVerbose: false, noColours: undefined })
  const opened = await openCredential({ values: asker, world, out })
  try {
    const options = { abortSignal: world.signal }
    const given = await opened.credential.getToken(scope, options)
    if (given.token !== refused) return given
    // A request with claims goes to the network whatever is cached; this one demands nothing.
    return await opened.credential.getToken(scope, { ...options, claims: '{"access_token":{}}' })
  } finally {
    await opened.close()
  }
}
