import { join, resolve } from 'node:path'
import { usageFailure } from '../framework/failure.ts'
import { fileForm } from '../keep/file-forms.ts'
import { readConfigFile, refused } from './config-file.ts'
import { folderMade } from './folder-made.ts'
import { homeFolder, inShell, keptFile } from './own-places.ts'
import type { SetupRequest, SetupTool } from './tool.ts'
import { formerStateOf, linesPut, linesTaken } from './top-lines.ts'

/**
 * A token in `~/.npmrc` would be dead in an hour, and npm runs no program for one. It reads a second file, the global
 * configuration, from wherever the first says (docs.npmjs.com/cli/using-npm/config#globalconfig): `entrada keep` keeps that.
 */
export const npm: SetupTool = {
  name: 'npm',
  options: ['registry', 'scope'],

  async plan(request) {
    const { options, world, credentialArguments } = request
    const [registry, ...others] = options.registry ?? []
    if (registry === undefined || others.length > 0) {
      throw usageFailure(
        'setup npm: there is one registry to set up.',
        'Name it: --registry https://pkgs.dev.azure.com/ORGANIZATION/_packaging/FEED/npm/registry/.',
      )
    }
    // Refuses what is not an https address.
    fileForm('npmrc', { registry })
    const kept = keptFile(world, 'npmrc')
    const path = userConfig(request)
    const file = await readConfigFile(path)
    const [, other] = /^[ \t]*globalconfig[ \t]*=[ \t]*(.*)$/m.exec(file.text ?? '') ?? []
    if (other !== undefined && `globalconfig=${other.trim()}` !== lineFor(kept)) {
      throw refused(path, 'names a global configuration already', 'Take globalconfig out of it, or use entrada exec.')
    }
    const keep = ['keep', '--scope', options.scope ?? 'devops', '-o', 'npmrc', '--registry', registry, '--file', kept]
    return {
      changes: [...(await folderMade(kept)), ...linesPut(file, [lineFor(kept)], 'globalconfig')],
      record: { tool: 'npm', what: path, data: { file: path, registry, kept, ...(await formerStateOf(file)) } },
      next: [
        '# Keeps the token, for as long as it runs:',
        `${['entrada', ...keep, ...credentialArguments].map(inShell).join(' ')} &`,
      ],
    }
  },

  async undo(_request, { data }) {
    const file = await readConfigFile(String(data.file))
    return linesTaken(file, [lineFor(String(data.kept))], 'globalconfig', data)
  },
}

/** In quotes where npm would take what follows a character for a comment. */
function lineFor(kept: string): string {
  return `globalconfig=${/^[^;#"'\s]+$/.test(kept) ? kept : JSON.stringify(kept)}`
}

/** npm takes the variable in capitals too. */
function userConfig({ world }: SetupRequest): string {
  const { env, cwd } = world
  const given = env.npm_config_userconfig || env.NPM_CONFIG_USERCONFIG
  return given ? resolve(cwd, given) : join(homeFolder(world), '.npmrc')
}
