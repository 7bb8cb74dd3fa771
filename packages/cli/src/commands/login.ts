import { resolve } from 'node:path'
import type { CredentialDescription, DescribedCredential } from 'entrada/config'
import { type Command, type CommandContext, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import { checkedProfileName, readOwnConfig, writeOwnConfig } from '../profile/own-config.ts'
import { overruled } from '../profile/read-profiles.ts'
import { thisHost } from '../profile/this-host.ts'
import { scopeOf } from '../token/aliases.ts'

const options = {
  profile: { type: 'string', short: 'p', value: 'NAME', help: 'The profile to write; default "default"' },
  tenant: { type: 'string', value: 'TENANT', help: 'Id or domain of the tenant' },
  'client-id': { type: 'string', value: 'ID', help: 'The application, or the user-assigned managed identity' },
  'device-code': { type: 'boolean', help: 'Sign in with a browser on another device' },
  'use-secret': {
    type: 'boolean',
    help: 'Sign an application in with a client secret, which is asked for or piped in',
  },
  'secret-file': {
    type: 'string',
    value: 'FILE',
    help: 'Read the secret, or the certificate’s password, from this file',
  },
  certificate: {
    type: 'string',
    value: 'FILE',
    help: 'Sign an application in with a PEM or PKCS#12 file, which stays where it is',
  },
  'certificate-password': { type: 'boolean', help: 'Ask for the password of the certificate' },
  'federated-token-file': { type: 'string', value: 'FILE', help: 'Sign an application in with the token in this file' },
  'managed-identity': { type: 'boolean', help: 'Use the managed identity of this machine' },
  'object-id': { type: 'string', value: 'ID', help: 'The managed identity by its object id' },
  'resource-id': { type: 'string', value: 'ID', help: 'The managed identity by its resource id' },
  'login-hint': { type: 'string', value: 'NAME', help: 'The user name to sign in with' },
  'authority-host': { type: 'string', value: 'URL', help: 'Another cloud’s authority' },
  scope: { type: 'string', value: 'SCOPE', help: 'What to ask a first token for; default arm' },
  'no-check': { type: 'boolean', help: 'Write the profile of an application without asking for a token' },
  'expect-tenant': { type: 'string', value: 'ID', help: 'Refuse tokens of any other tenant, now and later' },
  'expect-user': { type: 'string', value: 'NAME', help: 'Refuse tokens of any other user, now and later' },
} as const

type Context = CommandContext<typeof options>

export const command: Command = defineCommand({
  name: 'login',
  summary: 'Sign a person or an application in, and keep it as a profile. Without a way named, the browser opens.',
  options,
  notes: [
    'Secrets are typed without being shown, read from a file, or piped in; never given as an argument. They are kept in the system’s keyring (npm install -g @entrada/keyring @azure/msal-node-extensions), else in encrypted files of your own.',
  ],
  foreignOptions: {
    'service-principal': 'An application signs in with --use-secret, --certificate or --federated-token-file.',
    username: 'An application is named by --client-id, a person by --login-hint.',
    password: 'A secret is no argument, which every process of the machine sees: --use-secret asks for it.',
    'use-device-code': 'Did you mean --device-code?',
    identity: 'Did you mean --managed-identity?',
    'federated-token': 'Name the file that it is in: --federated-token-file.',
  },
  examples: [
    { does: 'Yourself, in the browser', line: 'entrada login' },
    {
      does: 'Yourself, on a machine without a browser',
      line: 'entrada login --device-code --tenant contoso.com --profile work',
    },
    {
      does: 'An application with a secret',
      line: 'entrada login --use-secret --tenant contoso.com --client-id ID --profile ci',
    },
    {
      does: 'The same from a vault',
      line: 'pass show ci-secret | entrada login --use-secret --tenant contoso.com --client-id ID --profile ci',
    },
    {
      does: 'An application with a certificate',
      line: 'entrada login --certificate app.pem --tenant contoso.com --client-id ID',
    },
  ],
  async run(context) {
    const { values, world, out } = context
    const profile = checkedProfileName(values.profile ?? 'default')
    const { description, secrets } = await describe(context, profile)
    const { dropSecret, keepSecret } = await import('entrada/config')
    const config = await readOwnConfig(world)
    for (const [name, secret] of Object.entries(secrets)) await keepSecret(name, secret, thisHost)
    const signedIn = await signIn(description, context).catch(async (error) => {
      if (config.profiles[profile] === undefined)
        for (const name of Object.keys(secrets)) await dropSecret(name, thisHost)
      throw error
    })
    await writeOwnConfig(world, {
      defaultProfile: profile,
      profiles: { ...config.profiles, [profile]: signedIn.description },
    })
    const why = overruled(world.env, profile)
    const use = why === undefined ? ', which is now the one in use' : ''
    out.note(`${out.errorStyle.good('✓')} ${signedIn.who}, as profile ${profile}${use}`)
    if (why !== undefined) out.warn(why)
  },
})

/** The description that the command line stands for, without secrets, and the secrets by the names they are kept under. */
async function describe(
  { values, world }: Context,
  profile: string,
): Promise<{ description: DescribedCredential; secrets: Record<string, string> }> {
  const { 'device-code': device, 'use-secret': secret, certificate, 'federated-token-file': tokenFile } = values
  const managed =
    values['managed-identity'] === true || values['object-id'] !== undefined || values['resource-id'] !== undefined
  const ways = {
    '--device-code': device,
    '--use-secret': secret,
    '--certificate': certificate,
    '--federated-token-file': tokenFile,
    '--managed-identity': managed || undefined,
  }
  const given = Object.entries(ways).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (given.length > 1) throw usageFailure(`${given.join(' and ')} exclude each other.`, 'Give one of them.')
  const { tenant: tenantId, 'client-id': clientId } = values
  const expected = {
    ...(values['expect-tenant'] === undefined ? {} : { tenantId: values['expect-tenant'] }),
    ...(values['expect-user'] === undefined ? {} : { username: values['expect-user'] }),
  }
  const common = {
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(values['authority-host'] === undefined ? {} : { authorityHost: values['authority-host'] }),
    ...(Object.keys(expected).length === 0 ? {} : { expect: expected }),
  }
  const kept = { store: 'system', storeName: (await import('entrada/config')).storeName }
  const ask = async (what: string): Promise<string> => {
    const { askSecret } = await import('../profile/ask-secret.ts')
    return askSecret(what, { file: values['secret-file'], world })
  }
  if (managed) {
    const { tenantId: _, authorityHost: __, ...rest } = common as Record<string, unknown>
    const ids = {
      ...(values['object-id'] && { objectId: values['object-id'] }),
      ...(values['resource-id'] && { resourceId: values['resource-id'] }),
    }
    return { description: { credential: 'ManagedIdentityCredential', ...rest, ...ids }, secrets: {} }
  }
  if (secret === true || certificate !== undefined || tokenFile !== undefined) {
    if (tokenFile === undefined && (tenantId === undefined || clientId === undefined)) {
      throw usageFailure(`${given[0]} needs --tenant and --client-id.`, 'Name the application that signs in.')
    }
  }
  if (secret === true) {
    const name = `${profile}.clientSecret`
    const description = {
      credential: 'ClientSecretCredential',
      ...common,
      clientSecret: { kept: name },
      ...kept,
    } as const
    return { description, secrets: { [name]: await ask('client secret') } }
  }
  if (certificate !== undefined) {
    const name = `${profile}.certificatePassword`
    const needsPassword = values['certificate-password'] === true || values['secret-file'] !== undefined
    const secrets = needsPassword ? { [name]: await ask('password of the certificate') } : {}
    const password = needsPassword ? { certificatePassword: { kept: name } } : {}
    const path = resolve(world.cwd, certificate)
    return {
      description: { credential: 'CertificateCredential', ...common, certificatePath: path, ...password, ...kept },
      secrets,
    }
  }
  if (tokenFile !== undefined) {
    const path = resolve(world.cwd, tokenFile)
    return {
      description: { credential: 'WorkloadIdentityCredential', ...common, tokenFilePath: path, ...kept },
      secrets: {},
    }
  }
  const hint = values['login-hint'] === undefined || device === true ? {} : { loginHint: values['login-hint'] }
  const credential = device === true ? 'DeviceCodeCredential' : 'InteractiveBrowserCredential'
  return { description: { credential, ...common, ...hint, ...kept }, secrets: {} }
}

/** Signs in; a person's record becomes part of the description, by which the account is found again. */
async function signIn(
  description: DescribedCredential,
  { values, world, out }: Context,
): Promise<{ description: CredentialDescription; who: string }> {
  const { credentialFrom } = await import('entrada/config')
  const scope = scopeOf(values.scope ?? 'arm')
  const options = {
    host: thisHost,
    userPromptCallback: ({ message }: { message: string }) => void world.stderr.write(`${message}\n`),
    ...(out.isVerbose ? { onEvent: (await import('../profile/event-line.ts')).tellEvents(out.verbose) } : {}),
  }
  const credential = await credentialFrom(description, options)
  try {
    if ('authenticate' in credential) {
      const person = credential as unknown as {
        authenticate(
          scope: string,
          options: { abortSignal: AbortSignal },
        ): Promise<{ username: string } & Record<string, string>>
      }
      if (description.credential === 'InteractiveBrowserCredential') out.note('A browser opens for you to sign in.')
      const record = await person.authenticate(scope, { abortSignal: world.signal })
      const { loginHint: _, ...rest } = description
      return {
        description: { ...rest, authenticationRecord: record } as DescribedCredential,
        who: `Signed in as ${record.username}`,
      }
    }
    if (values['no-check'] !== true) {
      const asked = credential.getToken(scope, { abortSignal: world.signal })
      await out.progress('Signing in', asked)
    }
    return { description, who: `Signed in with ${description.credential}` }
  } catch (error) {
    if ((error as Error).name !== 'AuthenticationError' || !('signOut' in credential)) throw error
    // Whoever is not who was expected must not stay signed in.
    await (credential as unknown as { signOut(): Promise<void> }).signOut().catch(() => undefined)
    throw error
  } finally {
    await credential.close()
  }
}
