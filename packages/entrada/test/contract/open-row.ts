import { createWorld, type World } from '../world.ts'
import type { Row } from './credentials.ts'

/** A world of a row's own, and the environment that signs its credential in there. */
export async function openRow(row: Row): Promise<{ world: World; env: Record<string, string> }> {
  const world = await createWorld()
  return { world, env: { ...world.env, ...(await row.env?.(world)) } }
}
