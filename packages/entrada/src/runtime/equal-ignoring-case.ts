/** Entra ID ignores case in ids and in the names of users and tenants. */
export function equalIgnoringCase(left: string | undefined, right: string | undefined): boolean {
  return left?.toLowerCase() === right?.toLowerCase()
}
