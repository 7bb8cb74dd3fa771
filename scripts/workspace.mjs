import { fileURLToPath } from 'node:url'

/** The workspace's root folder: the scripts work from wherever they are called. */
export const root = fileURLToPath(new URL('..', import.meta.url))
