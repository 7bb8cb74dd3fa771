import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('abilities/', import.meta.url))

/** The abilities as programs that have the library beside them, by name: its code is read as it was published. */
export function buildProgram(): Promise<string> {
  return bundled('as-program.ts', { platform: 'node', external: ['entrada', 'entrada/store', '@entrada/verify'] })
}

/** The abilities and the library in one file, as the tools for workerd bundle it. */
export function buildServer(): Promise<string> {
  return bundled('as-server.ts', { platform: 'browser', conditions: ['workerd', 'worker', 'browser'] })
}

/** The same for browsers. A service worker can't import anything later, so that all of it is in one file. */
export function buildForBrowser(): Promise<string> {
  return bundled('as-page.ts', { platform: 'browser' })
}

async function bundled(entry: string, options: Parameters<typeof build>[0]): Promise<string> {
  const { outputFiles, warnings } = await build({
    ...options,
    ...{ entryPoints: [join(folder, entry)], bundle: true, format: 'esm', write: false, logLevel: 'silent' },
    target: 'es2022',
  })
  if (warnings.length > 0) throw new Error(JSON.stringify(warnings))
  return outputFiles?.[0]?.text ?? ''
}
