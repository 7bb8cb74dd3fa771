import { resolve } from 'node:path'
import { type Command, type CommandContext, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import { nearest } from '../framework/nearest.ts'
import { checkNamed } from '../profile/check-named.ts'
import { credentialOptions } from '../profile/credential-options.ts'
import { addRecord, readRecords, removeRecord } from '../setup/record.ts'
import type { Change, SetupOptions, SetupRecord, SetupRequest, SetupTool } from '../setup/tool.ts'

/** The tools, and where their code is. */
const tools: Readonly<Record<string, () => Promise<SetupTool>>> = {
  kubectl: async () => (await import('../setup/kubectl.ts')).kubectl,
  git: async () => (await import('../setup/git.ts')).git,
  docker: async () => (await import('../setup/docker.ts')).docker,
  npm: async () => (await import('../setup/npm.ts')).npm,
  psql: async () => (await import('../setup/psql.ts')).psql,
  terraform: async () => (await import('../setup/terraform.ts')).terraform,
}

const toolOptions = {
  kubeconfig: { type: 'string', value: 'FILE', help: 'kubectl: the file; default KUBECONFIG, else ~/.kube/config' },
  context: { type: 'string', value: 'NAME', help: 'kubectl: the context that gets the user; default the current one' },
  'server-id': {
    type: 'string',
    value: 'ID',
    help: 'kubectl: the cluster’s application or scope; default that of AKS',
  },
  'api-version': {
    type: 'string',
    value: 'VERSION',
    choices: ['v1', 'v1beta1'],
    help: 'kubectl: version of its credential plug-ins; default what the installed kubectl knows',
  },
  user: {
    type: 'string',
    value: 'NAME',
    help: 'kubectl: name of the user that is written, default entrada; psql: the user',
  },
  host: {
    type: 'string',
    multiple: true,
    value: 'HOST',
    help: 'git: a host in place of Azure DevOps; psql: the server',
  },
  scope: { type: 'string', value: 'SCOPE', help: 'git, npm, psql: another scope or alias than the usual one' },
  registry: { type: 'string', multiple: true, value: 'NAME', help: 'docker: the registry’s host; npm: its address' },
  'server-port': { type: 'string', value: 'NUMBER', help: 'psql: the server’s port' },
  database: { type: 'string', value: 'NAME', help: 'psql: the database' },
  service: { type: 'string', value: 'NAME', help: 'psql: name of the service that is written; default entrada' },
  file: { type: 'string', value: 'FILE', help: 'terraform: the file; default entrada.azurerm.tfbackend' },
  'tenant-id': { type: 'string', value: 'ID', help: 'terraform: the tenant of the state’s storage account' },
  'subscription-id': { type: 'string', value: 'ID', help: 'terraform: its subscription' },
} as const

const options = {
  'dry-run': { type: 'boolean', help: 'Show what would be changed, and change nothing' },
  undo: { type: 'boolean', help: 'Take back what setup has changed, and nothing else' },
  ...credentialOptions,
  ...toolOptions,
} as const

export const command: Command = defineCommand({
  name: 'setup',
  summary: 'Configure another tool, so that it gets its tokens from here.',
  usage: `<${Object.keys(tools).join(' | ')}>`,
  operands: { min: 1 },
  options,
  notes: [
    'setup writes no token: kubectl, git and docker ask entrada for one when they need it; npm and psql read a file that entrada keep keeps, and the line that starts it is printed.',
    'A second run changes nothing, and everything else in the tool’s configuration stays as it is.',
  ],
  examples: [
    { does: 'The current context of kubectl, as the profile work', line: 'entrada setup kubectl --profile work' },
    { does: 'git, for the repositories of Azure DevOps', line: 'entrada setup git' },
    { does: 'What would be written for a registry', line: 'entrada setup docker --registry shop.azurecr.io --dry-run' },
    {
      does: 'psql, by the name of a service',
      line: 'entrada setup psql --host db.postgres.database.azure.com --user ada@contoso.com',
    },
    { does: 'Everything as it was', line: 'entrada setup kubectl --undo' },
  ],
  async run(context) {
    const { positionals, world } = context
    const tool = await toolNamed(positionals[0] ?? '', context)
    const records = (await readRecords(world)).filter((record) => record.tool === tool.name)
    const request: SetupRequest = {
      options: context.values,
      credentialArguments: credentialArguments(context),
      world,
      records,
    }
    if (context.values.undo === true) return undo(context, tool, request)
    await checkNamed(context)
    await setUp(context, tool, request)
  },
})

type Context = CommandContext<typeof options>

async function setUp(context: Context, tool: SetupTool, request: SetupRequest): Promise<void> {
  const { world, out, values } = context
  const { changes, record, next } = await tool.plan(request)
  if (values['dry-run'] === true) return show(context, changes)
  const isKnown = request.records.some(({ what }) => what === record.what)
  // What somebody has written by hand before stays when setup is taken back.
  const byHand = changes.length === 0 && !isKnown ? { formerlyThere: true } : {}
  // First what it takes to undo it: whatever happens next, it can be taken back.
  await addRecord(world, { ...record, data: { ...record.data, ...byHand } })
  await apply(context, changes)
  if (next.length > 0) out.answer(next.join('\n'))
}

async function undo(context: Context, tool: SetupTool, request: SetupRequest): Promise<void> {
  const { world, out, values } = context
  const meant = request.records.filter((record) => isMeant(record, tool, request.options)).reverse()
  if (meant.length === 0) out.note(`Nothing of ${tool.name} was set up here.`)
  for (const record of meant) {
    const changes = record.data.formerlyThere === true ? [] : await tool.undo(request, record)
    if (values['dry-run'] === true) show(context, changes)
    else {
      await apply(context, changes)
      await removeRecord(world, record)
    }
  }
}

/** Where an option says which of several setups is meant. */
function isMeant({ data }: SetupRecord, { options: own }: SetupTool, given: SetupOptions): boolean {
  return own.every((name) => {
    const wanted = given[name]
    const recorded = data[name]
    if (wanted === undefined || recorded === undefined) return true
    return [recorded].flat().includes(String([wanted].flat()[0]))
  })
}

function show({ out }: Context, changes: readonly Change[]): void {
  if (changes.length === 0) {
    out.note('Nothing would be changed.')
    return
  }
  const blocks: string[] = []
  let shown = ''
  for (const { where, diff } of changes) {
    if (diff.length === 0) continue
    if (where !== shown) blocks.push(out.style.bold(`--- ${where}`))
    shown = where
    blocks.push(...diff.map((line) => coloured(out, line)))
  }
  out.answer(blocks.join('\n'))
}

function coloured({ style }: Context['out'], line: string): string {
  if (line.startsWith('+')) return style.good(line)
  return line.startsWith('-') ? style.bad(line) : style.dim(line)
}

async function apply({ out }: Context, changes: readonly Change[]): Promise<void> {
  for (const change of changes) await change.apply()
  const places = [...new Set(changes.map(({ where }) => where))]
  if (places.length === 0) out.note('Nothing is to be changed.')
  for (const place of places) out.note(`${out.errorStyle.good('✓')} ${place} is changed`)
}

async function toolNamed(name: string, { values }: Context): Promise<SetupTool> {
  const load = Object.hasOwn(tools, name) ? tools[name] : undefined
  if (load === undefined) {
    const near = nearest(name, Object.keys(tools))
    throw usageFailure(
      `setup: unknown tool ${JSON.stringify(name.slice(0, 40))}.`,
      near === undefined ? `There are ${Object.keys(tools).join(', ')}.` : `Did you mean ${near}?`,
    )
  }
  const tool = await load()
  for (const option of Object.keys(toolOptions) as (keyof SetupOptions)[]) {
    if (values[option] === undefined || tool.options.includes(option)) continue
    const own = tool.options.map((one) => `--${one}`).join(', ')
    throw usageFailure(`setup ${name} has no option --${option}.`, `It has ${own}.`)
  }
  return tool
}

/** The credential, for command lines that are run from elsewhere: paths are absolute. */
function credentialArguments({ values, world }: Context): string[] {
  const { profile, config, credential } = values
  return [
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(config === undefined ? [] : ['--config', resolve(world.cwd, config)]),
    ...(credential === undefined ? [] : ['--credential', credential]),
  ]
}
