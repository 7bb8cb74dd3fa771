/** Imports an optional package, by a name that bundlers do not follow. */
export function importByName(name: string): Promise<unknown> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name)
}

/**
 * Whether `import()` failed because the package is not installed, in the words of Node, Bun, and bundles that leave the
 * import to the runtime. An installed package that lacks a dependency of its own fails in the same words.
 */
export function isMissingPackage(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return true
  return typeof message === 'string' && /cannot find (?:module|package)|failed to resolve module/i.test(message)
}
