/**
 * The resource that a scope stands for, as hosts of managed identities and older tools name it: the scope without its
 * `/.default`.
 */
export function resourceOf(scope: string): string {
  return scope.endsWith('/.default') ? scope.slice(0, -'/.default'.length) : scope
}
