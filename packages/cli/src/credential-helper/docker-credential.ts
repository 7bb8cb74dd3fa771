import { parseArgs } from 'node:util'
import { errorLines } from '../framework/error-lines.ts'
import { exitCodes, Failure, usageFailure } from '../framework/failure.ts'
import type { World } from '../framework/world.ts'
import { openOutput } from '../output/output.ts'
import { readRecords } from '../setup/record.ts'
import type { SetupRecord } from '../setup/tool.ts'
import { version } from '../version.ts'
import { exchanged, registryScope } from './container-registry.ts'
import { type Asker, question, tokenFor } from './request.ts'

/** The user of a registry's own tokens (azure.github.io/acr/AAD-OAuth.html). */
const tokenUser = '00000000-0000-0000-0000-000000000000'
/** To the letter what docker takes for "there is none", and goes on without. */
const notFound = 'credentials not found in native keychain'

/**
 * `docker-credential-entrada`: docker's helper for registries of Azure (github.com/docker/docker-credential-helpers). It has no
 * options, so a registry that is not Azure's by its name, and the profile, are those of `entrada setup docker`. docker shows
 * what a helper that fails has said on standard output.
 */
export async function dockerCredential([action]: readonly string[], world: World): Promise<number> {
  try {
    const answer = await answerTo(action, world)
    world.stdout.write(answer)
    return answer === `${notFound}\n` ? exitCodes.failed : exitCodes.ok
  } catch (error) {
    world.stdout.write(errorLines(error, openOutput(world, { isVerbose: false, noColours: 'forbidden' })))
    return exitCodes.failed
  }
}

async function answerTo(action: string | undefined, world: World): Promise<string> {
  switch (action) {
    case 'get':
      return credentials((await question(world.stdin)).trim(), world)
    case 'list': {
      const registries = (await registriesOf(world)).map(({ data }) => [String(data.registry), tokenUser])
      return `${JSON.stringify(Object.fromEntries(registries))}\n`
    }
    case 'erase':
      // docker logout: nothing is kept here that could be erased.
      await question(world.stdin)
      return ''
    case 'version':
      return `docker-credential-entrada ${version}\n`
    case 'store':
      throw new Failure('docker-credential-entrada keeps no passwords: it gets a token whenever one is needed.', {
        remedy: 'No docker login is needed; to use a password all the same: entrada setup docker --undo.',
      })
    default:
      throw usageFailure(
        'docker-credential-entrada is run by docker.',
        'Set it up: entrada setup docker --registry NAME.',
      )
  }
}

async function credentials(server: string, world: World): Promise<string> {
  const registry = hostOf(server)
  const record = (await registriesOf(world)).findLast(({ data }) => data.registry === registry)
  const scope = registryScope(registry) ?? (record === undefined ? undefined : registryScope('.azurecr.io'))
  // A token for whoever asks would go to anybody's registry.
  if (scope === undefined) return `${notFound}\n`
  const { token } = await tokenFor(scope, askerOf(record), world)
  const secret = await exchanged(registry, token, world.signal)
  return `${JSON.stringify({ ServerURL: server, Username: tokenUser, Secret: secret })}\n`
}

/** docker asks with or without a scheme, and some clients with a path. */
function hostOf(server: string): string {
  const address = /^[a-z]+:\/\//i.test(server) ? server : `https://${server}`
  if (URL.canParse(address) && new URL(address).protocol === 'https:') return new URL(address).host
  throw new Failure(`${JSON.stringify(server.slice(0, 100))} is not the https address of a registry.`)
}

async function registriesOf(world: World): Promise<SetupRecord[]> {
  return (await readRecords(world)).filter(({ tool }) => tool === 'docker')
}

function askerOf(record: SetupRecord | undefined): Asker {
  const recorded = record?.data.credentialArguments
  const string = { type: 'string' } as const
  const options = { profile: string, config: string, credential: string }
  return parseArgs({ args: Array.isArray(recorded) ? [...recorded] : [], options, strict: true }).values
}
