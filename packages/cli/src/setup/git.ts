import { createHash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { askProgram, type ProgramAnswer } from '../exec/ask-program.ts'
import { Failure, usageFailure } from '../framework/failure.ts'
import { scopeOf } from '../token/aliases.ts'
import { fileEdited, readConfigFile } from './config-file.ts'
import { homeFolder, inShell } from './own-places.ts'
import type { Change, RecordedValue, SetupRecord, SetupRequest, SetupTool } from './tool.ts'

/** Where Azure DevOps keeps repositories; the second are the organizations' own names of earlier years. */
const azureDevOps = ['dev.azure.com', '*.visualstudio.com']

/**
 * A credential helper for the hosts of Azure DevOps, in git's own global configuration, which git itself writes
 * (git-scm.com/docs/gitcredentials). The empty helper before it takes those of all hosts away: one that stores passwords
 * would store a token, and offer it when it has ended.
 */
export const git: SetupTool = {
  name: 'git',
  options: ['host', 'scope'],

  async plan(request) {
    const { options, credentialArguments } = request
    const hosts = options.host?.map(checkedHost)
    if (options.scope !== undefined && hosts === undefined) {
      throw usageFailure('setup git: --scope is for hosts other than Azure DevOps.', 'Name them: --host HOST.')
    }
    const path = await globalFile(request)
    const data: Record<string, RecordedValue> = { file: path, host: hosts ?? azureDevOps }
    const { text } = await readConfigFile(path)
    if (text === undefined) data.formerlyAbsent = true
    const changes: Change[] = []
    const helpers: string[] = []
    const resets: string[] = []
    const sections: string[] = []
    let isOurDoing = false
    for (const host of hosts ?? azureDevOps) {
      const own = hosts === undefined ? [] : ['--host', host]
      const scope = options.scope === undefined ? [] : ['--scope', scopeOf(options.scope)]
      const helper = ['entrada', ...own, ...scope, ...credentialArguments].map(inShell).join(' ')
      const key = `credential.https://${host}.helper`
      const before = await valuesOf(request, key)
      helpers.push(key)
      const former = before.filter(isOurs)
      if (former.length > 0) {
        isOurDoing = true
        if (former.length > 1 || former[0] !== helper) changes.push(replacedValue(request, key, former, helper))
        continue
      }
      if (before.at(-1) !== '') {
        resets.push(key)
        changes.push(addedValue(request, key, ''))
      }
      changes.push(addedValue(request, key, helper))
      if (text?.includes(headerOf(key)) !== true) sections.push(key)
    }
    data.helpers = helpers
    // git ends the file with a line break of its own, and takes blank lines away.
    if (text !== undefined && !isOurDoing) Object.assign(data, { formerHash: hashOf(text), formerEnd: endOf(text) })
    // What a setup before this one has put in is still known from then.
    if (resets.length > 0) data.resets = resets
    if (sections.length > 0) data.sections = sections
    return { changes, record: { tool: 'git', what: (hosts ?? azureDevOps).join(' '), data }, next: [] }
  },

  async undo(request, { data }) {
    const { helpers = [], resets = [] } = data
    const changes: Change[] = []
    for (const key of Array.isArray(helpers) ? helpers : []) {
      const before = await valuesOf(request, key)
      const own = before.findIndex(isOurs)
      if (own < 0) continue
      const hasReset = Array.isArray(resets) && resets.includes(key) && before[own - 1] === ''
      const others = before.filter((value, index) => !isOurs(value) && !(hasReset && index === own - 1))
      changes.push(...valuesTaken(request, key, before, others))
    }
    return changes.length === 0 ? [] : [...changes, tidied(request, data)]
  },
}

/** The command that git runs for a helper of this name, with its options. */
function isOurs(value: string): boolean {
  return /^entrada(?: |$)/.test(value)
}

/** Leaves the values that are not ours, in their order. */
function valuesTaken(
  request: SetupRequest,
  key: string,
  before: readonly string[],
  others: readonly string[],
): Change[] {
  const gone = [...new Set(before.filter((value) => !others.includes(value)))]
  const isPlain = others.length + gone.length === before.length
  // git can take away every value that matches: where one of them is to stay, all are written anew.
  if (!isPlain)
    return [
      changed(request, key, ['--unset-all', key], before, []),
      ...others.map((one) => addedValue(request, key, one)),
    ]
  return gone.map((value) => changed(request, key, ['--unset-all', key, exactly(value)], [value], []))
}

function addedValue(request: SetupRequest, key: string, value: string): Change {
  return changed(request, key, ['--add', key, value], [], [value])
}

function replacedValue(request: SetupRequest, key: string, former: readonly string[], value: string): Change {
  return changed(request, key, ['--replace-all', key, value, '^entrada( |$)'], former, [value])
}

function changed(
  request: SetupRequest,
  key: string,
  args: readonly string[],
  gone: readonly string[],
  come: readonly string[],
): Change {
  return {
    where: 'git config --global',
    diff: [...gone.map((value) => `-${key}=${value}`), ...come.map((value) => `+${key}=${value}`)],
    async apply() {
      const { code, complaint } = await runGit(request, args)
      if (code !== 0) throw new Failure(`git could not write its configuration: ${complaint}`)
    },
  }
}

/** Takes away what git leaves when the last value has gone: a section, where a comment stands before it, and the file. */
function tidied(request: SetupRequest, data: SetupRecord['data']): Change {
  const { file, sections, formerlyAbsent, formerHash, formerEnd } = data
  const path = String(file)
  return {
    where: path,
    diff: [],
    async apply() {
      for (const key of Array.isArray(sections) ? sections : []) {
        const { text = '' } = await readConfigFile(path)
        const [, rest] = text.split(headerOf(key))
        if (rest === undefined || !/^\s*(?:\[|$)/.test(rest)) continue
        await runGit(request, ['--remove-section', key.replace(/\.helper$/, '')])
      }
      const left = await readConfigFile(path)
      const { text, target } = left
      if (formerlyAbsent === true && text?.trim() === '') await unlink(target)
      // All but its end is as it was, so that nobody else has changed it.
      if (text === undefined || typeof formerEnd !== 'string' || hashOf(text) !== formerHash) return
      if (endOf(text) === formerEnd) return
      const end = { start: text.trimEnd().length, end: text.length, text: formerEnd, label: 'the end' }
      for (const change of fileEdited(left, [end])) await change.apply()
    },
  }
}

/** The blanks and line breaks that a text ends with. */
function endOf(text: string): string {
  return text.slice(text.trimEnd().length)
}

/** Tells a text from others, without its end; the text itself may hold secrets, and is kept nowhere. */
function hashOf(text: string): string {
  return createHash('sha256').update(text.trimEnd()).digest('hex')
}

/** How git writes the section of a key. */
function headerOf(key: string): string {
  return `[credential "${key.replace(/^credential\.|\.helper$/g, '')}"]`
}

/** A value as an extended regular expression that nothing else matches. */
function exactly(value: string): string {
  return `^${value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')}$`
}

async function valuesOf(request: SetupRequest, key: string): Promise<string[]> {
  const { code, output, complaint } = await runGit(request, ['-z', '--get-all', key])
  if (code === 0) return output.split('\0').slice(0, -1)
  if (code === 1) return []
  throw new Failure(`git cannot read its configuration: ${complaint}`, { remedy: 'It stays as it is: mend it first.' })
}

async function runGit(
  { world: { env, cwd, platform } }: SetupRequest,
  args: readonly string[],
): Promise<ProgramAnswer> {
  const answer = await askProgram({ command: ['git', 'config', '--global', ...args], env, cwd, platform })
  if (answer !== undefined) return answer
  throw new Failure('git is not on PATH.', { remedy: 'Install it, or correct PATH.' })
}

/** The file that `git config --global` writes (git-scm.com/docs/git-config#FILES). */
async function globalFile({ world }: SetupRequest): Promise<string> {
  const { env, cwd } = world
  if (env.GIT_CONFIG_GLOBAL) return resolve(cwd, env.GIT_CONFIG_GLOBAL)
  const own = join(homeFolder(world), '.gitconfig')
  const xdg = join(env.XDG_CONFIG_HOME || join(homeFolder(world), '.config'), 'git', 'config')
  const hasOnlyXdg = (await readConfigFile(own)).text === undefined && (await readConfigFile(xdg)).text !== undefined
  return hasOnlyXdg ? xdg : own
}

function checkedHost(host: string): string {
  if (/^[a-z\d](?:[a-z\d.-]*[a-z\d])?(?::\d{1,5})?$/i.test(host)) return host.toLowerCase()
  throw usageFailure(
    `setup git: ${JSON.stringify(host.slice(0, 100))} is not the name of a host.`,
    'Name it without https://: --host git.example.com.',
  )
}
