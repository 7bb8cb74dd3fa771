// The optional packages stand beside these programs, as they stand in a user's project: outside the workspace's lock file.
import { register } from 'node:module'

register('./packages-from-here.mjs', import.meta.url)
