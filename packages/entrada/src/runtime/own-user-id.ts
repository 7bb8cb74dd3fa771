import { unlessDenied } from './unless-denied.ts'

/** No user has it: only what is root's is then trusted. */
const unknown = -1

/** The id of the user that this process runs as, where there are such ids. */
export function ownUserId(): number | undefined {
  const { getuid } = globalThis.process ?? {}
  return getuid === undefined ? undefined : (unlessDenied(() => getuid()) ?? unknown)
}
