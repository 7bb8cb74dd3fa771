/** PKCS#12 files by OpenSSL's own writer, of every make that it has. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A file, and what must come out of it. */
export interface OpensslFile {
  name: string
  bytes: Buffer
  password: string
  /** The certificates that `x5c` must have, as file names of the folder. */
  chain: readonly string[]
  /** What it takes to be read by those who read less. */
  make: { encryption: string; mac: string; iterations: number; isLegacy: boolean }
}

const run = promisify(execFile)

const encryptions: readonly { name: string; options: readonly string[]; isLegacy?: boolean }[] = [
  ...['AES-128-CBC', 'AES-192-CBC', 'AES-256-CBC', 'DES-EDE3-CBC', 'PBE-SHA1-3DES', 'PBE-SHA1-2DES', 'NONE'].map(same),
  ...['PBE-SHA1-RC2-40', 'PBE-SHA1-RC2-128'].map((name) => ({ ...same(name), isLegacy: true })),
  { name: 'as OpenSSL 1', options: [], isLegacy: true },
]
const macs = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256', 'sha3-256', 'none']
const passwords = ['', 'password', 'pässwörd€', 'κωδικός🔑', 'a "long" password, '.repeat(10), '¡', "$(id) ' \\"]
const iterations = [1, 2048, 5000]
const contents: readonly { options: readonly string[]; chain: readonly string[] }[] = [
  { options: ['-inkey', 'leaf.key', '-in', 'leaf.crt'], chain: ['leaf.crt'] },
  {
    options: ['-inkey', 'leaf.key', '-in', 'leaf.crt', '-certfile', 'above.pem', '-name', 'a friendly name'],
    chain: ['leaf.crt', 'intermediate.crt', 'root.crt'],
  },
  {
    options: ['-inkey', 'leaf.key', '-in', 'all.pem', '-name', 'ein schöner Name', '-caname', 'Größe'],
    chain: ['leaf.crt', 'intermediate.crt', 'root.crt'],
  },
  { options: ['-inkey', 'own.key', '-in', 'own.crt', '-certfile', 'above.pem'], chain: ['own.crt'] },
  {
    options: [
      '-inkey',
      'own.key',
      '-in',
      'own.crt',
      '-CSP',
      'Microsoft Software Key Storage Provider',
      '-LMK',
      '-keyex',
    ],
    chain: ['own.crt'],
  },
]

function same(name: string): { name: string; options: readonly string[] } {
  return { name, options: ['-keypbe', name, '-certpbe', name] }
}

/** Keys and certificates in the folder: a leaf below two authorities, one that signed itself, and an elliptic one. */
export async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder })
  const days = ['-days', '30']
  const newKey = ['-newkey', 'rsa:2048', '-nodes', ...days]
  await openssl('req', '-x509', ...newKey, '-keyout', 'root.key', '-out', 'root.crt', '-subj', '/CN=root')
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'own.key',
    '-out',
    'own.crt',
    '-subj',
    '/CN=own/O=Müller',
    '-utf8',
  )
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...days]
  await openssl('req', '-x509', ...curve, '-keyout', 'elliptic.key', '-out', 'elliptic.crt', '-subj', '/CN=elliptic')
  await writeFile(join(folder, 'authority.cnf'), 'basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n')
  const issue = async (name: string, issuer: string, ...more: string[]): Promise<void> => {
    await openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const by = ['-CA', `${issuer}.crt`, '-CAkey', `${issuer}.key`, '-CAcreateserial', ...days, ...more]
    await openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...by)
  }
  await issue('intermediate', 'root', '-extfile', 'authority.cnf')
  await issue('leaf', 'intermediate')
  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8')
  const above = (await text('root.crt')) + (await text('elliptic.crt')) + (await text('intermediate.crt'))
  await writeFile(join(folder, 'above.pem'), above)
  await writeFile(join(folder, 'all.pem'), above + (await text('leaf.crt')))
}

/**
 * So many files, each of another make: every encryption with every MAC, and the other things in turn. Two programs run at
 * a time.
 */
export async function makeFiles(folder: string, count: number): Promise<OpensslFile[]> {
  const files: OpensslFile[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) files[index] = await makeFile(folder, index)
  }
  await Promise.all([worker(), worker()])
  return files
}

async function makeFile(folder: string, index: number): Promise<OpensslFile> {
  const round = Math.floor(index / (encryptions.length * macs.length))
  const encryption = pick(encryptions, index)
  const mac = pick(macs, Math.floor(index / encryptions.length))
  const password = pick(passwords, index + 3 * round)
  const content = pick(contents, index + Math.floor(index / encryptions.length) + round)
  const count = pick(iterations, index)
  const isLegacy = encryption.isLegacy === true
  const options = [
    ...content.options,
    ...encryption.options,
    ...(isLegacy ? ['-legacy'] : []),
    ...(mac === 'none' ? ['-nomac'] : ['-macalg', mac]),
    ...['-iter', String(count), '-passout', `pass:${password}`, '-out', `${index}.pfx`],
  ]
  // Without a locale of UTF-8 it would take the bytes of a password for characters.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  await run('openssl', ['pkcs12', '-export', ...options], { cwd: folder, env })
  const name = `${index}: ${encryption.name}, MAC ${mac}, ${count} iterations, ${JSON.stringify(password.slice(0, 12))}`
  const bytes = await readFile(join(folder, `${index}.pfx`))
  return {
    name,
    bytes,
    password,
    chain: content.chain,
    make: { encryption: encryption.name, mac, iterations: count, isLegacy },
  }
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}
