import { networkInterfaces } from 'node:os'
import { assertionSource } from '../assertion/assertion-source.ts'
import { auditLog } from '../endpoint/audit.ts'
import { type Endpoint, startEndpoint } from '../endpoint/endpoint.ts'
import { readExpectation } from '../endpoint/expectation.ts'
import type { Place } from '../endpoint/listening.ts'
import { newSecret } from '../endpoint/secret.ts'
import { familyOf, type Purpose, purposes } from '../endpoint/variables.ts'
import { type Command, type CommandContext, defineCommand } from '../framework/command.ts'
import { usageFailure } from '../framework/failure.ts'
import { credentialOptions } from '../profile/credential-options.ts'
import { openCredential } from '../profile/open-credential.ts'
import { dockerAddress, dockerHost } from '../serve/docker-address.ts'
import { type Instructions, instructions } from '../serve/instructions.ts'
import { openVariableFiles } from '../serve/variable-files.ts'
import { scopeOf } from '../token/aliases.ts'

const options = {
  ...credentialOptions,
  docker: { type: 'boolean', help: 'Listen where the containers of this machine reach it, and show how they find it' },
  socket: { type: 'string', value: 'FILE', help: 'Listen on a Unix socket that only this user can open' },
  listen: { type: 'string', value: 'ADDRESS', help: 'Listen on another address of this machine than loopback' },
  port: { type: 'string', value: 'NUMBER', help: 'Listen on this port; default a free one' },
  'allow-host': {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'A name of this machine by which clients may ask, besides those of loopback',
  },
  for: {
    type: 'string',
    multiple: true,
    value: 'KIND',
    choices: purposes,
    help: 'Answer and write variables for programs of this kind too; default sdk alone',
  },
  'allow-scope': {
    type: 'string',
    multiple: true,
    value: 'SCOPE',
    help: 'A scope or alias that tokens are given for; without this option any',
  },
  expect: {
    type: 'string',
    value: 'WHOM',
    help: 'Whose tokens are given and nobody else’s: tenant=ID,client=ID,object=ID,user=NAME',
  },
  'any-identity': {
    type: 'boolean',
    help: 'Answer a program that names an identity with this profile’s tokens, whoever’s they are',
  },
  'variables-in': {
    type: 'string',
    value: 'FOLDER',
    help: 'Keep the files with the variables there, and the secret from run to run; default a folder that goes',
  },
} as const

export const command: Command = defineCommand({
  name: 'serve',
  summary: 'Give tokens to the programs and containers of this machine, as an Azure host does.',
  options,
  notes: [
    'Standard output says how programs find the endpoint; standard error has a line for each request. The secret stands in files that only you can read, never in a command line.',
    'Kinds whose programs send no secret (terraform, imds, cloud-shell) are answered only where --for names them. Their address has the secret in it; without it the program has to run as you.',
  ],
  examples: [
    { does: 'Containers on a laptop', line: 'entrada serve --docker --allow-scope vault' },
    {
      does: 'Terraform and SDKs in other terminals, as one person',
      line: 'entrada serve --for terraform --expect user=ada@contoso.com',
    },
    {
      does: 'The same port and secret each day',
      line: 'entrada serve --docker --port 8123 --variables-in ~/.config/entrada/serve',
    },
  ],
  async run(context) {
    const { values, world, out } = context
    const place = placeOf(context)
    const wanted: Purpose[] = [...new Set<Purpose>(['sdk', ...((values.for ?? []) as readonly Purpose[])])]
    const expect = values.expect === undefined ? undefined : readExpectation(values.expect)
    const opened = await openCredential(context, expect === undefined ? {} : { expect })
    try {
      const files = await openVariableFiles(values['variables-in'], world.env)
      try {
        const log = auditLog((line) => world.stderr.write(`${line}\n`))
        const endpoint = await startEndpoint({
          credential: opened.credential,
          assertion: assertionSource({ credential: opened.credential, env: world.env, now: world.now }),
          secretless: wanted.map(familyOf),
          place,
          hosts: hostsOf(place, values),
          allowScopes: values['allow-scope']?.map(scopeOf),
          anyIdentity: values['any-identity'],
          audit: log,
          world: { newSecret: () => files.formerSecret ?? newSecret() },
        })
        try {
          await files.write(wanted, originOf(endpoint, place, values), endpoint.secret)
          const reach: Instructions['reach'] =
            'socket' in place ? place : values.docker === true ? 'containers' : 'here'
          const { pathOf, headerPath } = files
          out.answer(instructions({ purposes: wanted, pathOf, headerPath, reach }))
          warnOfOthers(context, place)
          await aborted(world.signal)
        } finally {
          await endpoint.close()
        }
      } finally {
        await files.remove()
      }
    } finally {
      await opened.close()
    }
  },
})

type Context = CommandContext<typeof options>

function placeOf({ values, world }: Context): Place {
  const { socket, docker, listen, port = '0' } = values
  if (socket !== undefined) {
    if (docker === true || listen !== undefined || values.port !== undefined) {
      throw usageFailure('serve: --socket goes with neither --docker, --listen nor --port.', 'Choose one.')
    }
    return { socket }
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw usageFailure(
      `serve: --port ${JSON.stringify(port.slice(0, 60))} is not a port.`,
      'Give a number up to 65535.',
    )
  }
  const address = listen ?? (docker === true ? dockerAddress(world.platform, networkInterfaces()) : '127.0.0.1')
  return { address, port: Number(port) }
}

function hostsOf(place: Place, values: Context['values']): string[] {
  const own = 'address' in place && !isEverywhere(place.address) ? [place.address] : []
  return [...own, ...(values.docker === true ? [dockerHost] : []), ...(values['allow-host'] ?? [])]
}

/** The address as clients know it. */
function originOf({ port }: Endpoint, place: Place, values: Context['values']): string {
  if ('socket' in place) return 'http://localhost'
  const [named] = values['allow-host'] ?? []
  const name =
    named ?? (values.docker === true ? dockerHost : isEverywhere(place.address) ? '127.0.0.1' : place.address)
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function isEverywhere(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

function warnOfOthers({ values, out }: Context, place: Place): void {
  if ('address' in place && !/^127\.|^::1$/.test(place.address)) {
    out.warn(`${place.address} is no address of loopback: whoever reaches it and has the secret gets tokens.`)
  }
  if (values['allow-scope'] === undefined) out.note('Tokens are given for any scope. --allow-scope limits them.')
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
