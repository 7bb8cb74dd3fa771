import { type OtherHostName, otherHosts } from '../doctor/host-names.ts'
import { type Command, defineCommand } from '../framework/command.ts'
import { exitCodes, usageFailure } from '../framework/failure.ts'
import { nearest } from '../framework/nearest.ts'
import { credentialOptions } from '../profile/credential-options.ts'
import { scopeOf } from '../token/aliases.ts'
import { durationOf } from '../token/duration.ts'

export const command: Command = defineCommand({
  name: 'doctor',
  summary: 'Say why there is no token, or why it is this one: what is wrong, why, and the line to change.',
  options: {
    scope: { type: 'string', value: 'SCOPE', help: 'What to ask a token for, or its alias; default arm' },
    ...credentialOptions,
    as: {
      type: 'string',
      value: 'HOST',
      choices: otherHosts,
      help: 'What would win on another host; nothing is sent',
    },
    trusts: {
      type: 'string',
      value: 'FILE',
      help: 'What the app trusts, as az ad app federated-credential list prints it; - is standard input',
    },
    timeout: { type: 'string', value: 'TIME', help: 'How long all of it may take; default 2s' },
    json: { type: 'boolean', help: 'Write the findings as JSON' },
  },
  notes: [
    'A token is asked for once, and not shown or kept. Each finding has a code; docs/cli.md lists them. The exit code is 0 if there is a token, and 1 if something keeps it away.',
  ],
  examples: [
    { does: 'Why is there no token?', line: 'entrada doctor' },
    { does: 'Of a profile, for another resource', line: 'entrada doctor --profile ci --scope graph' },
    {
      does: 'Where does the federated credential differ?',
      line: 'az ad app federated-credential list --id CLIENT_ID | entrada doctor --trusts -',
    },
    { does: 'Who would sign in on App Service?', line: 'entrada doctor --as app-service' },
    { does: 'In a pipeline', line: `entrada doctor --json | jq -r '.findings[] | .code'` },
  ],
  async run({ values, world, out }) {
    const scope = scopeOf(values.scope ?? 'arm')
    const timeoutMs = values.timeout === undefined ? 1_800 : durationOf(values.timeout, '--timeout')
    const trusts = values.trusts === undefined ? undefined : await readTrusts(values.trusts)
    await checkCredential(values.credential)
    const { examine } = await import('../doctor/examine.ts')
    const { profile, config, credential } = values
    const as = values.as as OtherHostName | undefined
    const onEvent = out.isVerbose ? (await import('../profile/event-line.ts')).tellEvents(out.verbose) : undefined
    const request = { scope, profile, config, credential, timeoutMs, trusts, onEvent }
    const work =
      as === undefined
        ? examine(request, world)
        : import('../doctor/other-host.ts').then(({ examineElsewhere }) => examineElsewhere({ ...request, as }, world))
    const report = await out.progress('Looking', work)
    const { jsonReport, shownReport } = await import('../doctor/shown-report.ts')
    out.answer(values.json === true ? jsonReport(report) : shownReport(report, out))
    const { isWell } = await import('../doctor/report.ts')
    return isWell(report) ? exitCodes.ok : exitCodes.failed

    async function readTrusts(file: string): Promise<NonNullable<Parameters<typeof examine>[0]['trusts']>> {
      const { askSecret } = await import('../profile/ask-secret.ts')
      const { readTrusted } = await import('../doctor/trusted-credentials.ts')
      const text = await askSecret('list of federated credentials', { file: file === '-' ? undefined : file, world })
      const trusted = readTrusted(text)
      if (trusted !== undefined) return trusted
      throw usageFailure(
        '--trusts holds no federated credentials.',
        'Give it what az ad app federated-credential list --id CLIENT_ID prints.',
      )
    }
  },
})

/** Refuses a name that is no credential's, as every command does. */
async function checkCredential(name: string | undefined): Promise<void> {
  const { credentialFields } = await import('entrada/config')
  const known = Object.keys(credentialFields)
  if (name === undefined || known.includes(name)) return
  const near = nearest(name, known)
  throw usageFailure(
    `--credential ${JSON.stringify(name.slice(0, 60))} is not known.`,
    near === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${near}?`,
  )
}
