import { dirname, join, resolve } from 'node:path'
import { isMap, type YAMLMap } from 'yaml'
import { usageFailure } from '../framework/failure.ts'
import { fileEdited, fileRemoved, hasFolder, readConfigFile } from './config-file.ts'
import { homeFolder } from './own-places.ts'
import { type Edit, edited } from './text-edit.ts'
import type { RecordedValue, SetupRequest, SetupTool } from './tool.ts'
import { added, indexOfKey, readTree, removed, replaced, scalar, stringIn, type Tree, valueIn } from './tree-edit.ts'

/** docker runs `docker-credential-<helper>`. */
const helper = 'entrada'
const emptyConfig = '{}\n'

/** `credHelpers` of docker's `config.json`, which podman, skopeo, buildah and others read too. */
export const docker: SetupTool = {
  name: 'docker',
  options: ['registry'],

  async plan(request) {
    const registry = checkedRegistry(request.options.registry)
    const path = configPath(request)
    const file = await readConfigFile(path)
    const tree = readTree(path, file.text ?? emptyConfig, 'JSON')
    const data: Record<string, RecordedValue> = {
      file: path,
      registry,
      credentialArguments: request.credentialArguments,
    }
    if (file.text === undefined) {
      data.formerlyAbsent = true
      if (!(await hasFolder(dirname(file.target)))) data.formerlyNoFolder = true
    }
    const edits = helperEdits(tree, registry, data)
    const text = edited(tree.text, edits)
    const whole = { start: 0, end: 0, text, label: 'the whole file' }
    return {
      changes: fileEdited(file, file.text === undefined ? [whole] : edits),
      record: { tool: 'docker', what: `${path} ${registry}`, data },
      next: [],
    }
  },

  async undo(_request, { data }) {
    const path = String(data.file)
    const file = await readConfigFile(path)
    if (file.text === undefined) return []
    const tree = readTree(path, file.text, 'JSON')
    const helpers = valueIn(tree.root, 'credHelpers')
    const registry = String(data.registry)
    // Somebody has chosen another helper since.
    if (!isMap(helpers) || stringIn(helpers, registry) !== helper) return []
    const edit = helperBack(tree, helpers as YAMLMap, registry, data)
    if (data.formerlyAbsent !== true || JSON.stringify(JSON.parse(edited(file.text, [edit]))) !== '{}') {
      return fileEdited(file, [edit])
    }
    return fileRemoved(file, data.formerlyNoFolder === true ? 'remove the folder' : 'keep the folder')
  },
}

/** The helper for the registry; what stood in its place before goes into `data`. */
function helperEdits(tree: Tree, registry: string, data: Record<string, RecordedValue>): Edit[] {
  const helpers = valueIn(tree.root, 'credHelpers')
  const label = `credHelpers[${registry}]`
  if (!isMap(helpers)) return [added(tree, tree.root, { name: 'credHelpers', value: { [registry]: helper }, label })]
  const map = helpers as YAMLMap
  if (map.items.length === 0) data.formerlyEmpty = true
  const node = valueIn(map, registry)
  if (node === undefined) return [added(tree, map, { name: registry, value: helper, label })]
  const former = stringIn(map, registry)
  if (former === helper) return []
  if (former !== undefined) data.formerHelper = former
  return [replaced(node, scalar(helper, map), label)]
}

function helperBack(
  tree: Tree,
  helpers: YAMLMap,
  registry: string,
  { formerHelper, formerlyEmpty }: Readonly<Record<string, RecordedValue>>,
): Edit {
  const label = `credHelpers[${registry}]`
  const node = valueIn(helpers, registry)
  if (typeof formerHelper === 'string' && node !== undefined)
    return replaced(node, scalar(formerHelper, helpers), label)
  const isLast = helpers.items.length === 1 && formerlyEmpty !== true
  const [map, key] = isLast ? [tree.root, 'credHelpers'] : [helpers, registry]
  return removed(tree, map, indexOfKey(map, key), label)
}

/** Without a scheme, as docker names registries, and with a dot or a port: else docker takes it for a name at Docker Hub. */
function checkedRegistry(given: readonly string[] = []): string {
  const [registry, ...others] = given
  if (registry === undefined || others.length > 0) {
    throw usageFailure('setup docker: one registry is set up at a time.', 'Name it: --registry NAME.azurecr.io.')
  }
  if (/^(?=.{1,255}$)(?=.*[.:])[a-z\d](?:[a-z\d.-]*[a-z\d])?(?::\d{1,5})?$/.test(registry)) return registry
  throw usageFailure(
    `setup docker: ${JSON.stringify(registry.slice(0, 100))} is not the name of a registry.`,
    'Name its host, in small letters and without https://: --registry NAME.azurecr.io.',
  )
}

function configPath({ world }: SetupRequest): string {
  const folder = world.env.DOCKER_CONFIG
  return folder ? resolve(world.cwd, folder, 'config.json') : join(homeFolder(world), '.docker', 'config.json')
}
