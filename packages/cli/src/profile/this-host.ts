import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * How the library finds `@entrada/keyring` from here: by `require`, which is sooner than `import` to find out that it is not
 * installed, and works in a single executable. One way for all commands, or they would keep secrets in different places.
 */
export const thisHost: object = {
  async load(name: string): Promise<unknown> {
    const require = createRequire(__filename)
    // Nothing in this process sets its levels: the log goes to stderr where AZURE_LOG_LEVEL asks for it.
    const isLogger = name === '@azure/logger'
    // Most have no keyring; `require` takes ten times as long to say so, and makes an error with a stack.
    const folders = require.resolve.paths(name) ?? []
    if (!isLogger && folders.some((folder) => existsSync(join(folder, name)))) return require(name)
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
  },
}
