import { fileURLToPath } from 'node:url'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test, vi } from 'vitest'
import { clientId, recognisableSecret, scope, tenantId } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { noRouteRefusal, runAlone } from './cli/run-without-a-route.ts'
import { component, networkNamespaces } from './components.ts'

component(networkNamespaces)
vi.setConfig({ testTimeout: 90_000 })

let program: Program
beforeAll(async () => {
  program = await buildProgram()
})

const client = fileURLToPath(new URL('managed-identity/get-tokens.mjs', import.meta.url))

/**
 * A machine as Docker makes it: its bridge, and a network of a container's own on it, which knows the machine as
 * `host.docker.internal`. The container gets what `docker run --env-file` gives it, and nothing else.
 */
const machine = `set -e
mount -t tmpfs none /run; mkdir /run/netns
printf '127.0.0.1 localhost\\n172.17.0.1 host.docker.internal\\n' > /run/hosts; mount --bind /run/hosts /etc/hosts
ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0; ip link set docker0 up
ip netns add box; ip link add v0 type veth peer name eth0 netns box; ip link set v0 master docker0; ip link set v0 up
ip -n box link set lo up; ip -n box addr add 172.17.0.2/16 dev eth0; ip -n box link set eth0 up
"$0" "$1" serve --docker --allow-scope storage --variables-in /run/serve >/run/lines &
until [ -s /run/serve/sdk.env ]; do sleep 0.1; done
ip netns exec box env -i $(cat /run/serve/sdk.env) "$0" "$2"
cat /run/lines
kill $!; wait`

test('a container gets tokens of serve --docker, with the variables and the host that it prints', async ({ skip }) => {
  const refusal = noRouteRefusal()
  if (refusal !== undefined) skip(refusal)
  const { output, errors } = await runAlone(program, ['sh', '-c', machine, process.execPath, program.path, client], {
    directory: {
      tenants: [{ id: tenantId }],
      apps: [{ name: 'app', clientId, tenantId, secrets: [{ value: recognisableSecret }] }],
    },
    env: { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: recognisableSecret },
    input: JSON.stringify({ scope, options: {}, times: 1 }),
  })
  const [answer = '', ...lines] = output.split('\n')
  expect(answer, errors).toContain('tokens')
  expect(decodeJwt(JSON.parse(answer).tokens[0].token)).toMatchObject({ appid: clientId })
  expect(lines).toContain('docker run --add-host host.docker.internal:host-gateway --env-file /run/serve/sdk.env IMAGE')
  expect(errors).toMatch(/^\S+Z 200 app-service https:\/\/storage\.azure\.com 172\.17\.0\.2:\d+ \d+ ms$/m)
})
