import { openConfig } from 'entrada/config'
import type { World } from '../framework/world.ts'
import { readOwnConfig } from './own-config.ts'

/** Whose names a shell asks for: every profile that `--profile` can name, or those that `switch` and `logout` can. */
export const nameQueries = ['profiles', 'own-profiles'] as const

type NameQuery = (typeof nameQueries)[number]

/**
 * Names of profiles, and nothing else of them, for the completion of a shell. They come from the files that the commands themselves
 * would read: a project's file that nobody has trusted has none.
 *
 * @param line - The words that are being completed, as they were typed: `--config` among them names the file.
 */
export async function profileNames(
  query: NameQuery,
  line: readonly string[],
  place: Pick<World, 'env' | 'platform' | 'cwd'>,
): Promise<readonly string[]> {
  const { env, platform, cwd } = place
  if (query === 'own-profiles') return Object.keys((await readOwnConfig(place)).profiles)
  const { files } = await openConfig({ file: namedConfig(line, env.HOME), cwd }, { env, platform })
  return [...new Set(files.flatMap(({ profiles }) => [...profiles.keys()]))]
}

/** The file that follows `--config`. No shell has read the words: they have their quotation marks and tildes still. */
function namedConfig(line: readonly string[], home: string | undefined): string | undefined {
  const at = line.findIndex((word) => word === '--config' || word.startsWith('--config='))
  if (at < 0) return undefined
  // bash takes `--config=FILE` apart, and makes `=` a word.
  const after = line[at + 1] === '=' ? line[at + 2] : line[at + 1]
  const word = line[at] === '--config' ? after : line[at]?.slice('--config='.length)
  if (home !== undefined && word?.startsWith('~/')) return `${home}${word.slice(1)}`
  return word?.replace(/^(["'])(.*)\1$/, '$2') || undefined
}
