import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './stage.mjs'

/**
 * What programs can import: the name of each entry of a published package, and the file that it is made of.
 * @returns {{ name: string, file: string }[]}
 */
export function entries() {
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const path = join(root, 'packages', folder)
    if (!existsSync(join(path, 'package.json'))) return []
    const { name, exports = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
    return Object.entries(exports).flatMap(([entry, targets]) => {
      /** @type {string | undefined} */
      const source = targets['@entrada/source']
      return source === undefined ? [] : [{ name: `${name}${entry.slice(1)}`, file: join(path, source) }]
    })
  })
}
