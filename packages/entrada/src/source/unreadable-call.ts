import { rebuilt } from '../runtime/foreign-error.ts'

/** Ends a call whose arguments cannot be read, because a getter or a `Proxy` of the caller's throws. */
export function unreadableCall(who: string, error: unknown): never {
  const cause = rebuilt(error)
  throw new TypeError(`${who}: an argument of getToken cannot be read. Pass strings and plain objects.`, { cause })
}
