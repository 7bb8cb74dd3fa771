import { dirname, join, resolve } from 'node:path'
import { isMap, isSeq, parse, type YAMLMap } from 'yaml'
import { askProgram } from '../exec/ask-program.ts'
import { usageFailure } from '../framework/failure.ts'
import { scopeOf } from '../token/aliases.ts'
import { type ConfigFile, fileEdited, fileRemoved, hasFolder, readConfigFile } from './config-file.ts'
import { homeFolder, inShell, isId } from './own-places.ts'
import { type Edit, edited } from './text-edit.ts'
import type { Planned, RecordedValue, SetupRecord, SetupRequest, SetupTool } from './tool.ts'
import {
  added,
  exchanged,
  indexOfKey,
  itemsIn,
  listBegun,
  listEnded,
  readTree,
  removed,
  replaced,
  scalar,
  sourceOf,
  stringIn,
  type Tree,
  valueIn,
} from './tree-edit.ts'

/** The application of every cluster that AKS manages (learn.microsoft.com/azure/aks/kubelogin-authentication). */
const aksServer = '6dae42f8-4368-4678-94ff-3960e28e3630/.default'
const group = 'client.authentication.k8s.io'
const installHint = 'entrada is not on PATH: npm install -g @entrada/cli'

/** A user of the kubeconfig whose credential plug-in is `entrada token` (kubernetes.io/docs/reference/access-authn-authz/authentication). */
export const kubectl: SetupTool = {
  name: 'kubectl',
  options: ['kubeconfig', 'context', 'user', 'server-id', 'api-version'],

  async plan(request) {
    const { options, credentialArguments } = request
    const user = options.user ?? 'entrada'
    const version = await versionFor(request)
    const exec = {
      apiVersion: `${group}/${version}`,
      command: 'entrada',
      args: ['token', scopeFor(options['server-id']), '-o', 'exec-credential', ...credentialArguments],
      // Newer kubectl wants it; those before 1.22 do not know it.
      ...(version === 'v1' ? { interactiveMode: 'Never' } : {}),
      installHint,
    }
    const opened: Opened[] = []
    for (const path of kubeconfigs(request)) opened.push(await open(path))
    const context = options.context ?? opened.map(({ tree }) => stringIn(tree?.root, 'current-context')).find(Boolean)
    const at = opened.find(({ tree }) => context !== undefined && contextIn(tree, context) !== undefined)
    if (options.context !== undefined && at === undefined) {
      const names = opened.flatMap(({ tree }) => itemsIn(tree?.root, 'contexts').map((one) => stringIn(one, 'name')))
      throw usageFailure(
        `setup kubectl: there is no context ${JSON.stringify(options.context.slice(0, 100))}.`,
        `There are: ${names.join(', ') || 'none'}.`,
      )
    }
    const wanted = { user, exec, context: at === undefined ? undefined : context }
    return planIn(at ?? (opened[0] as Opened), wanted, request)
  },

  async undo(_request, { data }) {
    const opened = await open(String(data.file))
    const { file, tree } = opened
    if (tree === undefined) return []
    const edits = [...contextsBack(tree, data), ...userAway(tree, data)]
    if (edited(tree.text, edits) !== emptyConfig) return fileEdited(file, edits)
    if (typeof data.formerBlank === 'string') {
      return fileEdited(file, [{ start: 0, end: tree.text.length, text: data.formerBlank, label: 'the whole file' }])
    }
    if (data.formerlyAbsent !== true) return fileEdited(file, edits)
    return fileRemoved(file, data.formerlyNoFolder === true ? 'remove the folder' : 'keep the folder')
  },
}

interface Opened {
  file: ConfigFile
  /** `undefined` where there is nothing in the file. */
  tree: Tree | undefined
}

async function open(path: string): Promise<Opened> {
  const file = await readConfigFile(path)
  return { file, tree: file.text?.trim() ? readTree(path, file.text, 'YAML') : undefined }
}

/** What a kubeconfig of nothing but our user was made from. */
const emptyConfig = 'apiVersion: v1\nkind: Config\nusers: []\n'

interface Wanted {
  user: string
  exec: object
  context: string | undefined
}

async function planIn({ file, tree }: Opened, wanted: Wanted, { records }: SetupRequest): Promise<Planned> {
  const { user, context } = wanted
  const start = tree ?? readTree(file.path, emptyConfig, 'YAML')
  const data: Record<string, RecordedValue> = { file: file.path, user }
  if (file.text === undefined) {
    data.formerlyAbsent = true
    if (!(await hasFolder(dirname(file.target)))) data.formerlyNoFolder = true
  } else if (tree === undefined) data.formerBlank = file.text
  const edits = userEdits(file, start, wanted, data)
  const what = `${file.path} ${user}`
  const known = records.find((one) => one.what === what)?.data.contexts
  const contexts = Array.isArray(known) ? [...known] : []
  const change = context === undefined ? undefined : contextEdit(start, context, user)
  if (context !== undefined && change !== undefined) {
    edits.push(change.edit)
    contexts.push(JSON.stringify([context, change.former ?? null]))
  }
  data.contexts = contexts
  const text = edited(start.text, edits)
  if (edits.length > 0) readTree(file.path, text, 'YAML')
  const whole = [{ start: 0, end: file.text?.length ?? 0, text, label: 'the whole file' }]
  return {
    changes: fileEdited(file, tree === undefined ? whole : edits),
    record: { tool: 'kubectl', what, data },
    next: context === undefined ? [`kubectl config set-context NAME --user=${inShell(user)}`] : [],
  }
}

/** The user as it has to be; what stood in the list's place before goes into `data`. */
function userEdits(file: ConfigFile, tree: Tree, { user, exec }: Wanted, data: Record<string, RecordedValue>): Edit[] {
  const label = `users[${user}]`
  const entry = { name: user, user: { exec } }
  const { root } = tree
  const users = valueIn(root, 'users')
  if (isSeq(users) && users.items.length > 0) {
    const index = users.items.findIndex((one) => stringIn(one, 'name') === user)
    if (index < 0) return [added(tree, users, { name: undefined, value: entry, label })]
    const there = users.items[index] as YAMLMap
    if (!isOurs(there)) {
      throw usageFailure(
        `setup kubectl: ${file.path} has another user ${JSON.stringify(user)}.`,
        'Name one that is not there yet: --user NAME.',
      )
    }
    const isSame = JSON.stringify(there.toJSON()) === JSON.stringify(entry)
    return isSame ? [] : [exchanged(tree, users, index, entry, label)]
  }
  if (indexOfKey(root, 'users') < 0) {
    data.formerUsers = 'missing'
    return [added(tree, root, { name: 'users', value: [entry], label })]
  }
  const { edit, former } = listBegun(tree, 'users', entry, label)
  data.formerUsers = `:${former}`
  return [edit]
}

function userAway(tree: Tree, { user, formerUsers }: SetupRecord['data']): Edit[] {
  const label = `users[${user}]`
  const users = valueIn(tree.root, 'users')
  if (!isSeq(users)) return []
  const index = users.items.findIndex((one) => stringIn(one, 'name') === user)
  if (index < 0 || !isOurs(users.items[index])) return []
  if (users.items.length > 1) return [removed(tree, users, index, label)]
  if (formerUsers === 'missing') return [removed(tree, tree.root, indexOfKey(tree.root, 'users'), label)]
  const former = typeof formerUsers === 'string' ? formerUsers.slice(1) : ' []'
  return [listEnded(tree, 'users', former, label)]
}

function isOurs(user: unknown): boolean {
  return stringIn(valueIn(valueIn(user, 'user'), 'exec'), 'command') === 'entrada'
}

/** Nothing where the context has this user already; `former` is the user that it has now. */
function contextEdit(tree: Tree, name: string, user: string): { edit: Edit; former: string | undefined } | undefined {
  const context = contextIn(tree, name)
  const label = `contexts[${name}].context.user`
  const node = valueIn(context, 'user')
  if (context === undefined || stringIn(context, 'user') === user) return undefined
  // As it is written, with its quotes.
  const former = node === undefined ? undefined : sourceOf(tree, node)
  const edit =
    node === undefined
      ? added(tree, context, { name: 'user', value: user, label })
      : replaced(node, scalar(user, context), label)
  return { edit, former }
}

function contextsBack(tree: Tree, { contexts, user }: SetupRecord['data']): Edit[] {
  if (!Array.isArray(contexts)) return []
  return contexts.flatMap((one: string) => {
    const [name, former] = JSON.parse(one) as [string, string | null]
    const context = contextIn(tree, name)
    const node = valueIn(context, 'user')
    // Somebody has chosen another user since.
    if (context === undefined || node === undefined || stringIn(context, 'user') !== user) return []
    const label = `contexts[${name}].context.user`
    if (former === null) return [removed(tree, context, indexOfKey(context, 'user'), label)]
    return [replaced(node, context.flow === true ? scalar(String(parse(former)), context) : former, label)]
  })
}

function contextIn(tree: Tree | undefined, name: string): YAMLMap | undefined {
  const item = itemsIn(tree?.root, 'contexts').find((one) => stringIn(one, 'name') === name)
  const context = valueIn(item, 'context')
  return isMap(context) && context.items.length > 0 ? (context as YAMLMap) : undefined
}

/** The files that kubectl merges: what it writes itself goes into the first. */
function kubeconfigs({ options, world }: SetupRequest): string[] {
  const { env, cwd } = world
  if (options.kubeconfig !== undefined) return [resolve(cwd, options.kubeconfig)]
  const listed = (env.KUBECONFIG ?? '').split(world.platform === 'win32' ? ';' : ':').filter(Boolean)
  return listed.length > 0 ? listed.map((one) => resolve(cwd, one)) : [join(homeFolder(world), '.kube', 'config')]
}

function scopeFor(id: string = aksServer): string {
  return isId(id) ? `${id}/.default` : scopeOf(id)
}

/** v1 came with kubectl 1.22, which still knows v1beta1; kubectl before knows nothing else. */
async function versionFor({ options, world }: SetupRequest): Promise<'v1' | 'v1beta1'> {
  const given = options['api-version']
  if (given === 'v1' || given === 'v1beta1') return given
  const { env, cwd, platform } = world
  const command = ['kubectl', 'version', '--client', '-o', 'json'] as const
  const answer = await askProgram({ command, env, cwd, platform })
  const [, major, minor] = /"gitVersion":\s*"v(\d+)\.(\d+)/.exec(answer?.output ?? '') ?? []
  return Number(major) === 1 && Number(minor) < 22 ? 'v1beta1' : 'v1'
}
