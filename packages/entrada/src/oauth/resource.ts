/** The resource of a scope, as managed identity hosts and older tools name it: the scope without its `/.default`. */
export function resourceOf(scope: string): string {
  return scope.endsWith('/.default') ? scope.slice(0, -'/.default'.length) : scope
}
