import { readFile, writeFile } from 'node:fs/promises'

/**
 * Writes a bundle for `NODE_EXTRA_CA_CERTS`: our authority and, before it, what that variable holds already, because
 * a network with its own authority stays reachable so. Node reads the variable only when a process starts.
 * @param {string} path
 * @param {string} certificate PEM
 */
export async function writeCertificateBundle(path, certificate) {
  const preset = process.env.NODE_EXTRA_CA_CERTS
  const before = preset ? await readFile(preset, 'utf8').catch(() => '') : ''
  await writeFile(path, `${before}\n${certificate}`)
}
