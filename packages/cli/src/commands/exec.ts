import { assertionSource } from '../assertion/assertion-source.ts'
import { auditLine } from '../endpoint/audit.ts'
import { startEndpoint } from '../endpoint/endpoint.ts'
import { environmentFor, familyOf, type Purpose, purposes } from '../endpoint/variables.ts'
import { runProgram } from '../exec/run-program.ts'
import { type Command, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import { credentialOptions } from '../profile/credential-options.ts'
import { openCredential } from '../profile/open-credential.ts'
import { scopeOf } from '../token/aliases.ts'

export const command: Command = defineCommand({
  name: 'exec',
  summary: 'Run a program that gets its tokens as on an Azure host, for as long as it runs.',
  usage: '-- <command>…',
  takesRest: true,
  options: {
    ...credentialOptions,
    for: {
      type: 'string',
      value: 'KIND',
      choices: purposes,
      help: 'What the program is, so that it finds its own variables and no others; default sdk',
    },
    'allow-scope': {
      type: 'string',
      multiple: true,
      value: 'SCOPE',
      help: 'A scope or alias that it may get tokens for; without this option any',
    },
    'any-identity': {
      type: 'boolean',
      help: 'Answer a program that names an identity with this profile’s tokens, whoever’s they are',
    },
  },
  notes: [
    'The program has a token endpoint of its own, with a secret and a port that nobody else knows, and it is gone when the program ends. Variables by which it would get other tokens are taken out of its environment, and the secrets in them with it.',
    'Signals are passed on, and the exit code is the program’s; after a signal it is 128 and the number of the signal.',
  ],
  examples: [
    { does: 'A program with an Azure SDK', line: 'entrada exec -- npm start' },
    { does: 'Terraform, as the profile work', line: 'entrada exec --profile work --for terraform -- terraform plan' },
    {
      does: 'The Azure CLI, which signs in to what it finds',
      line: "entrada exec --for az -- sh -c 'az login --identity && az group list'",
    },
  ],
  async run(context) {
    const { values, rest, world, out } = context
    const [program, ...args] = rest
    if (program === undefined) throw usageFailure('exec: there is no program to run.', 'entrada exec -- <command>…')
    const purpose = (values.for ?? 'sdk') as Purpose
    const opened = await openCredential(context)
    try {
      const endpoint = await startEndpoint({
        credential: opened.credential,
        assertion: assertionSource({ credential: opened.credential, env: world.env, now: world.now }),
        secretless: [familyOf(purpose)],
        allowScopes: values['allow-scope']?.map(scopeOf),
        anyIdentity: values['any-identity'],
        audit: (entry) => out.verbose(auditLine(entry)),
      })
      try {
        const origin = `http://127.0.0.1:${endpoint.port}`
        return await runProgram({
          command: [program, ...args],
          env: environmentFor(purpose, world.env, { origin, secret: endpoint.secret }),
          cwd: world.cwd,
          platform: world.platform,
          onSignal: world.onSignal,
        })
      } finally {
        await endpoint.close()
      }
    } finally {
      await opened.close()
    }
  },
})
