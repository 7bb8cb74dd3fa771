import { resolve } from 'node:path'
import { usageFailure } from '../framework/failure.ts'
import { fileEdited, fileRemoved, readConfigFile, refused } from './config-file.ts'
import { inShell, isId } from './own-places.ts'
import type { SetupTool } from './tool.ts'

const usualFile = 'entrada.azurerm.tfbackend'

/**
 * What the azurerm backend takes from a file (developer.hashicorp.com/terraform/language/backend/azurerm): state is read and
 * written with a token, not with the account's key. Where the token comes from is different in each run, so `entrada exec`
 * says it in variables, which nothing keeps.
 */
export const terraform: SetupTool = {
  name: 'terraform',
  options: ['file', 'tenant-id', 'subscription-id'],

  async plan({ options, world, credentialArguments }) {
    const name = options.file ?? usualFile
    const path = resolve(world.cwd, name)
    const file = await readConfigFile(path)
    const ids = (['tenant-id', 'subscription-id'] as const).flatMap((option) => {
      const id = options[option]
      if (id === undefined) return []
      if (!isId(id)) {
        throw usageFailure(`setup terraform: --${option} must be an id (a GUID).`)
      }
      return [`${option.replace('-', '_').padEnd(16)} = "${id}"`]
    })
    const text = [heading, 'use_azuread_auth = true', ...ids, ''].join('\n')
    if (file.text !== undefined && !file.text.startsWith(heading)) {
      throw refused(path, 'is there already, and not from entrada', 'Name another: --file FILE.')
    }
    const edit = { start: 0, end: file.text?.length ?? 0, text, label: 'the whole file' }
    const run = ['entrada', 'exec', ...credentialArguments, '--for', 'terraform', '--', 'terraform']
    return {
      changes: fileEdited(file, file.text === text ? [] : [edit]),
      record: { tool: 'terraform', what: path, data: { file: path, text } },
      next: [
        [...run, 'init', `-backend-config=${name}`],
        [...run, 'plan'],
      ].map((line) => line.map(inShell).join(' ')),
    }
  },

  async undo(_request, { data }) {
    const file = await readConfigFile(String(data.file))
    // Whoever has changed it, wants it.
    return file.text === data.text ? fileRemoved(file, 'keep the folder') : []
  },
}

const heading = '# For terraform init -backend-config; made by entrada setup terraform.'
