import { createRequire } from 'node:module'

// Loaded by hand: it is installed only where libsecret is, and neither compilers nor bundlers should look for it.
const load = createRequire(import.meta.url)

/**
 * The official plug-in, which sets where `@azure/identity` keeps tokens.
 * @type {(context: unknown) => void}
 */
export const cachePersistencePlugin = load('@azure/identity-cache-persistence').cachePersistencePlugin
