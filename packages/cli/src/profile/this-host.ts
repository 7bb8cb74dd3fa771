import { createRequire } from 'node:module'

/**
 * How the library finds `@entrada/keyring` from here: by `require`, which is sooner than `import` to find out that it is not
 * installed, and works in a single executable. One way for all commands, or they would keep secrets in different places.
 */
export const thisHost: object = { load: async (name: string): Promise<unknown> => createRequire(__filename)(name) }
