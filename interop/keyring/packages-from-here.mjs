/**
 * `@entrada/keyring` imports its optional package by name; the workspace does not have it, this folder does.
 * @type {import('node:module').ResolveHook}
 */
export function resolve(specifier, context, next) {
  const isOptional = specifier === '@azure/msal-node-extensions' && !context.parentURL?.includes('/node_modules/')
  return next(specifier, isOptional ? { ...context, parentURL: import.meta.url } : context)
}
