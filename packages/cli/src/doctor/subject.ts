import { readFile } from 'node:fs/promises'
import type { EntradaCredential } from 'entrada'
import type { DescribedOptions } from 'entrada/config'
import { chooseProfile, credentialFrom, type FoundConfig, openConfig } from 'entrada/config'
import type { World } from '../framework/world.ts'
import { usualDescription } from '../profile/usual-variables.ts'
import type { Finding } from './finding.ts'
import { deployedMembers, optionalMembers } from './members.ts'

/** A value, and the variable or the field that it came from. */
export interface Setting {
  readonly value: string
  readonly from: string
}

/** The fields that checks look at. */
const fields = [
  'tenantId',
  'clientId',
  'clientSecret',
  'certificatePath',
  'certificatePassword',
  'tokenFilePath',
  'authorityHost',
] as const
type SettingName = (typeof fields)[number]

/** Whose credential is examined, and with which settings. */
export interface Subject {
  /** The profile's name, if it is one. */
  readonly profile: string | undefined
  /** Name of the class, or `undefined` where the configuration is too broken to tell. */
  readonly credential: string | undefined
  readonly settings: Readonly<Partial<Record<SettingName, Setting>>>
  /** Whether plain http may be spoken on this machine’s network. */
  readonly allowsPlainHttp?: boolean
  /** Files that were read on the way. */
  readonly files: readonly string[]
  /** What is wrong with the configuration itself. */
  readonly findings: readonly Finding[]
  /** Whether this credential takes part: as the one that is examined, or as a member of its chain. */
  takesPart(name: string): boolean
  /** Makes it; `undefined` where there is nothing to make. */
  make: ((options: DescribedOptions) => Promise<EntradaCredential>) | undefined
}

export interface Selection {
  profile: string | undefined
  config: string | undefined
  credential: string | undefined
}

/** The variables that environment credentials read, by field. */
const variables: Readonly<Partial<Record<SettingName, string>>> = {
  tenantId: 'AZURE_TENANT_ID',
  clientId: 'AZURE_CLIENT_ID',
  clientSecret: 'AZURE_CLIENT_SECRET',
  certificatePath: 'AZURE_CLIENT_CERTIFICATE_PATH',
  certificatePassword: 'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  tokenFilePath: 'AZURE_FEDERATED_TOKEN_FILE',
  authorityHost: 'AZURE_AUTHORITY_HOST',
}

/** Finds out what is to be examined, as every other command does. What is wrong on the way is a finding, not an error. */
export async function findSubject(
  selection: Selection,
  { env, cwd, platform }: Pick<World, 'env' | 'cwd' | 'platform'>,
): Promise<Subject> {
  if (selection.credential !== undefined) return ofEnvironment(selection.credential, env, [])
  let found: FoundConfig
  try {
    found = await openConfig({ file: selection.config, cwd }, { env, platform })
  } catch (error) {
    return broken('config-invalid', error, 'Correct the file at that place.')
  }
  const findings: Finding[] = []
  if (found.passedOver !== undefined) findings.push(notTrusted(found.passedOver))
  const files = found.files.map(({ path }) => path)
  try {
    const chosen = chooseProfile(found, selection.profile ?? (env.ENTRADA_PROFILE || undefined))
    if (chosen === undefined) return { ...ofEnvironment('DefaultAzureCredential', env, findings), files }
    const { name, path, description } = chosen
    const described = membersIn(await readFile(path, 'utf8'), name)
    const names = described.map(({ credential }) => String(credential))
    const own = description.credential
    const readsEnvironment = own === 'DefaultAzureCredential' || own === 'EnvironmentCredential'
    return {
      profile: name,
      credential: own,
      settings: {
        ...settingsOfEnvironment(env, own),
        ...(readsEnvironment ? {} : settingsOf(described, `profiles.${name}`, env)),
      },
      allowsPlainHttp: described.some(({ allowInsecureConnection }) => allowInsecureConnection === true),
      files,
      findings,
      takesPart: (member) =>
        names.includes(member) || (names.includes('DefaultAzureCredential') && isSelected(member, env)),
      make: (options) => description.make(options),
    }
  } catch (error) {
    return { ...broken('profile-unknown', error, 'Name one of them: --profile NAME, or entrada switch NAME.'), files }
  }
}

function ofEnvironment(credential: string, env: World['env'], findings: readonly Finding[]): Subject {
  const isDefault = credential === 'DefaultAzureCredential'
  const described = usualDescription(credential, env)
  return {
    profile: undefined,
    credential,
    settings: { ...settingsOfEnvironment(env, credential), ...settingsOf([described], '', env) },
    files: [],
    findings,
    takesPart: (member) => (isDefault ? isSelected(member, env) : member === credential),
    make: (options) => credentialFrom(described, options),
  }
}

function broken(code: 'config-invalid' | 'profile-unknown', error: unknown, change: string): Subject {
  const what = (error as Error).message.replace(/^t/, 'T')
  const why = 'Without it there is nothing that could be asked for a token.'
  return {
    profile: undefined,
    credential: undefined,
    settings: {},
    files: [],
    findings: [{ code, severity: 'error', what, why, change }],
    takesPart: () => false,
    make: undefined,
  }
}

function notTrusted({ path, reason }: { path: string; reason: string }): Finding {
  return {
    code: 'project-file-not-trusted',
    severity: 'warning',
    what: `${path} is not read: it is ${reason}.`,
    why: 'A file that came with a repository could send secrets away, so somebody has to have read it.',
    change: 'Read it first.',
    run: 'entrada trust',
  }
}

/** Members that `AZURE_TOKEN_CREDENTIALS` leaves in the default chain. */
function isSelected(member: string, env: World['env']): boolean {
  const asked = env.AZURE_TOKEN_CREDENTIALS?.trim().toLowerCase() ?? ''
  if (asked === member.toLowerCase()) return true
  if (optionalMembers.includes(member)) return false
  return asked === '' || asked === (deployedMembers.includes(member) ? 'prod' : 'dev')
}

function settingsOfEnvironment(env: World['env'], credential: string): Subject['settings'] {
  const all = Object.entries(variables).flatMap(([field, name]) => {
    const value = env[name]
    if (value === undefined || value.trim() === '') return []
    const isSecret = field === 'clientSecret' || field === 'certificatePassword'
    return [[field, { value: isSecret ? value.replace(/\r?\n$/, '') : value.trim(), from: name }] as const]
  })
  const reads = readBy[credential]
  return Object.fromEntries(all.filter(([field]) => reads === undefined || reads.includes(field as SettingName)))
}

/** Which of the variables a credential reads, where it does not read all. */
const readBy: Readonly<Record<string, readonly SettingName[]>> = {
  EnvironmentCredential: [
    'tenantId',
    'clientId',
    'clientSecret',
    'certificatePath',
    'certificatePassword',
    'authorityHost',
  ],
  WorkloadIdentityCredential: ['tenantId', 'clientId', 'tokenFilePath', 'authorityHost'],
  GitHubActionsCredential: ['tenantId', 'clientId', 'authorityHost'],
  ClientSecretCredential: ['authorityHost'],
  CertificateCredential: ['authorityHost'],
  AzurePipelinesCredential: ['authorityHost'],
  ManagedIdentityCredential: ['tokenFilePath'],
  AzureCliCredential: [],
  AzureDeveloperCliCredential: [],
  AzurePowerShellCredential: [],
  InteractiveBrowserCredential: ['authorityHost'],
  DeviceCodeCredential: ['authorityHost'],
  UsernamePasswordCredential: ['authorityHost'],
}

type Described = Readonly<Record<string, unknown>>

/** The descriptions of a profile as they stand; the file has been checked before. */
function membersIn(text: string, name: string): readonly Described[] {
  const { profiles } = JSON.parse(text.replace(/^\ufeff/, '')) as { profiles: Record<string, Described | Described[]> }
  return [profiles[name] ?? {}].flat()
}

function settingsOf(described: readonly Described[], path: string, env: World['env']): Subject['settings'] {
  const all = described.flatMap((member) =>
    fields.flatMap((field) => {
      const given = member[field]
      const name = (given as { env?: string } | undefined)?.env
      const value = name === undefined ? given : env[name]
      if (typeof value !== 'string' || value.trim() === '') return []
      return [[field, { value, from: name === undefined ? `${path}.${field}` : name }] as const]
    }),
  )
  return Object.fromEntries(all.reverse())
}
