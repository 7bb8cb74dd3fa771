import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { beforeAll, expect, test, vi } from 'vitest'
import { clientId, recognisableSecret, startAuthority } from '../packages/cli/test/app.ts'
import { buildProgram, type Program } from '../packages/cli/test/program.ts'
import { type AzureRegistry, startAzureRegistry } from './cli/azure-registry.ts'
import { openPerson, type Person } from './cli/person.ts'
import { component, containerRegistry, dockerClient } from './components.ts'

const isHere = component(containerRegistry)
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let program: Program
let emulator: Emulator
let registry: AzureRegistry

beforeAll(async () => {
  if (!isHere) return undefined
  program = await buildProgram()
  emulator = await startAuthority()
  registry = await startAzureRegistry(emulator)
  return registry.close
})

async function somebody(): Promise<Person> {
  const person = await openPerson(program, emulator)
  person.env.SSL_CERT_FILE = person.caFile
  await mkdir(join(person.home, '.docker'))
  await writeFile(join(person.home, '.docker/config.json'), '{\n\t"auths": {}\n}')
  await writeImage(join(person.home, 'image'))
  return person
}

/** An image of one empty layer, as a folder (github.com/opencontainers/image-spec/blob/main/image-layout.md). */
async function writeImage(folder: string): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const blob = async (mediaType: string, bytes: string | Buffer) => {
    const hash = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(blobs, hash), bytes)
    return { mediaType, digest: `sha256:${hash}`, size: bytes.length }
  }
  const oci = (kind: string): string => `application/vnd.oci.image.${kind}`
  const layer = await blob(oci('layer.v1.tar'), Buffer.alloc(1024))
  const image = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [layer.digest] } }
  const config = await blob(oci('config.v1+json'), JSON.stringify(image))
  const manifest = { schemaVersion: 2, mediaType: oci('manifest.v1+json'), config, layers: [layer] }
  const listed = await blob(oci('manifest.v1+json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [listed] }))
}

const push = (person: Person, tag: string) =>
  person.run(['skopeo', '--insecure-policy', 'copy', '--quiet', 'oci:image', `docker://${registry.host}/shop:${tag}`])

test('skopeo pushes an image to docker-registry by the helper, and reads it back', async () => {
  const person = await somebody()
  const before = await readFile(join(person.home, '.docker/config.json'), 'utf8')
  expect((await push(person, 'before')).errors).toMatch(/unauthorized|authentication required/)

  const setUp = await person.run(['entrada', 'setup', 'docker', '--registry', registry.host])
  expect(setUp).toEqual({ code: 0, output: '', errors: '' })
  registry.exchanged.length = 0
  expect(await push(person, 'one')).toEqual({ code: 0, output: '', errors: '' })
  const { output } = await person.run(['skopeo', 'inspect', `docker://${registry.host}/shop:one`])
  expect(JSON.parse(output)).toMatchObject({ RepoTags: expect.arrayContaining(['one']), Architecture: 'amd64' })
  expect(new Set(registry.exchanged)).toEqual(new Set([clientId]))

  await person.run(['entrada', 'setup', 'docker', '--undo'])
  expect(await readFile(join(person.home, '.docker/config.json'), 'utf8')).toBe(before)
  expect((await push(person, 'after')).code).toBe(1)
})

test('skopeo says what entrada says, where there is no token', async () => {
  const person = await somebody()
  await person.run(['entrada', 'setup', 'docker', '--registry', registry.host])
  Object.assign(person.env, { AZURE_CLIENT_SECRET: `${recognisableSecret}-wrong`, AZURE_TOKEN_CREDENTIALS: 'prod' })
  const { code, errors } = await push(person, 'none')
  expect(code).toBe(1)
  expect(errors).toMatch(/entrada: .*AADSTS7000215/)
  expect(errors).not.toContain(recognisableSecret)
})

test('docker’s own client reads a manifest by the helper, without a daemon', async ({ skip }) => {
  if (!dockerClient.present.every((path) => existsSync(path))) {
    skip(`${dockerClient.name} is not here. It comes with ${dockerClient.elsewhere}.`)
  }
  const person = await somebody()
  const inspect = () => person.run(['docker', 'manifest', 'inspect', `${registry.host}/shop:two`])
  expect((await inspect()).code).toBe(1)
  await person.run(['entrada', 'setup', 'docker', '--registry', registry.host])
  expect((await push(person, 'two')).code).toBe(0)
  const { code, output, errors } = await inspect()
  expect(code, errors).toBe(0)
  expect(JSON.parse(output)).toMatchObject({ schemaVersion: 2, config: { size: expect.any(Number) } })
})
