import { rmSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type CertificateAuthority, createCertificateAuthority } from '../packages/emulator/src/index.ts'
import { isForeign } from './environment.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** The authority that the processes of this test run trust. */
    authority: CertificateAuthority
  }
}

/**
 * Runs once, before vitest starts the processes that run tests, because Node reads `NODE_EXTRA_CA_CERTS` only when a
 * process starts. They trust one authority, which is made here, and see nothing of the machine's owner.
 */
export default async function prepareTestRun({ provide }: TestProject): Promise<void> {
  const authority = await createCertificateAuthority()
  const folder = await mkdtemp(join(tmpdir(), 'entrada-authority-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const bundle = join(folder, 'bundle.pem')
  // A network that has an authority of its own stays reachable.
  const before = process.env.NODE_EXTRA_CA_CERTS
  const others = before ? await readFile(before, 'utf8').catch(() => '') : ''
  await writeFile(bundle, `${others}\n${authority.certificate}`)

  keepProxiesForNpm()
  for (const name of Object.keys(process.env).filter(isForeign)) delete process.env[name]
  process.env.NODE_EXTRA_CA_CERTS = bundle
  provide('authority', authority)
}

/** Our packages are installed elsewhere in a test, from wherever npm gets its packages. Only npm reads these names. */
function keepProxiesForNpm(): void {
  const { env } = process
  const [secure, plain] = [env.HTTPS_PROXY ?? env.https_proxy, env.HTTP_PROXY ?? env.http_proxy]
  if (secure) env.npm_config_https_proxy ??= secure
  if (plain) env.npm_config_proxy ??= plain
}
