import { lstat, readFile, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { openConfig, projectFile, setTrusted } from 'entrada/config'
import { type Command, defineCommand } from '../framework/command.ts'
import { exitCodes, Failure, usageFailure } from '../framework/failure.ts'
import { ownFolder } from '../profile/own-config.ts'

export const command: Command = defineCommand({
  name: 'trust',
  summary: `Let the file ${projectFile} of a folder count, as it stands now. When it has changed, it must be trusted anew.`,
  usage: '[file]',
  operands: { min: 0, max: 1 },
  options: { remove: { type: 'boolean', help: 'Trust it no longer' } },
  notes: ['Even then it may hold no reference to a secret and no authority but Microsoft’s.'],
  examples: [{ does: 'The file of this folder, once you have read it', line: 'entrada trust' }],
  async run({ positionals, values, world, out }) {
    const given = resolve(world.cwd, positionals[0] ?? projectFile)
    if (!given.endsWith(`/${projectFile}`) && !given.endsWith(`\\${projectFile}`)) {
      throw usageFailure(
        `only a file named ${projectFile} is looked for.`,
        'Name others by --config or ENTRADA_CONFIG.',
      )
    }
    const folder = await realpath(dirname(given)).catch(() => dirname(given))
    const path = join(folder, projectFile)
    const host = { files: { read: async (file: string) => new Uint8Array(await readFile(file)) } }
    if (values.remove === true) {
      await setTrusted(ownFolder(world), path, undefined, host as never)
      out.note(`${out.errorStyle.good('✓')} ${path} is not trusted any more`)
      return
    }
    if ((await lstat(path).catch(() => undefined))?.isSymbolicLink() === true) {
      throw new Failure(`${path} is a symbolic link, and what it leads to may change.`, {
        remedy: 'Trust a file alone.',
        exitCode: exitCodes.usage,
      })
    }
    const bytes = await readFile(path).catch((error: { code?: string }) => {
      throw new Failure(`${path} cannot be read (${error.code}).`, { exitCode: exitCodes.usage })
    })
    // What is wrong with it is said now.
    const { files } = await openConfig({ file: path })
    await setTrusted(ownFolder(world), path, bytes, host as never)
    const names = files.flatMap(({ profiles }) => [...profiles.keys()])
    out.note(`${out.errorStyle.good('✓')} ${path} is trusted as it stands: ${names.join(', ') || 'no profiles'}`)
  },
})
