const suffix = '/.default'

/**
 * The scope of a resource as managed-identity clients name it. A slash at the end of the resource stays: for some
 * resources it is a part of the audience.
 */
export function scopeOf(resource: string): string {
  return resource.endsWith(suffix) ? resource : `${resource}${suffix}`
}

/** A test whether a scope or resource is on a list of them; without a list each one is. */
export function allowedScopes(list: readonly string[] | undefined): (scope: string) => boolean {
  if (list === undefined || list.length === 0) return () => true
  const allowed = new Set(list.map(resourceName))
  return (scope) => allowed.has(resourceName(scope))
}

/** What tells resources apart: neither the suffix, nor slashes at the end, nor case does. */
function resourceName(scope: string): string {
  let end = scope.toLowerCase().endsWith(suffix) ? scope.length - suffix.length : scope.length
  while (end > 0 && scope[end - 1] === '/') end--
  return scope.slice(0, end).toLowerCase()
}
