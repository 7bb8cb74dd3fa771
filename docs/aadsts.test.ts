import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as emulator from '@entrada/emulator'
import * as entrada from 'entrada'
import { transform } from 'esbuild'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { catalogue } from '../packages/emulator/src/refusal/catalogue.ts'
import { remedyOf } from '../packages/emulator/src/refusal/remedies.ts'
import { provocations } from './aadsts-snippets.ts'
import { root } from './snippets.ts'

vi.setConfig({ testTimeout: 30_000 })

const entra = await emulator.startEmulator()
afterAll(() => entra.close())

const setUp = `import { startEmulator } from '@entrada/emulator'
import { ClientSecretCredential } from 'entrada'

const entra = await startEmulator()
const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret } = entra.env()
const { username, password = '' } = entra.directory.users?.[0] ?? { username: '' }
const emulated = { authorityHost: entra.url, fetch: entra.fetch, retryOptions: { maxRetries: 0 } }
const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, emulated)
const scope = 'https://storage.azure.com/.default'
`

const codes = await knownCodes()
const meanings = await readMeanings()

test('docs/aadsts.md has every code that we know', async () => {
  const sections = codes.map(sectionOf)
  const list = codes.map((code) => `[${code}](#aadsts${code})`).join(' · ')
  const head = `# AADSTS codes

Every refusal by Entra ID has a code. For each code that this library knows, or that its emulator can answer with, this page has what Entra ID says, what
that means, what to change, and a program that provokes it on your machine. In your program \`error.errorResponse.errorCodes\` has the code, and
\`error.remedy\` says what to do.

${list}

Microsoft's own list is [Microsoft Entra authentication and authorization error codes](https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
This page is written by \`npx vitest run docs/aadsts -u\`, from the catalogue of the emulator, the remedies of the library and
[troubleshooting](troubleshooting.md). Every program on it is run by the same tests.

## Provoke one

All of the programs below begin with this:

\`\`\`ts
${setUp}\`\`\`
`
  await expect(`${[head, ...sections].join('\n')}`).toMatchFileSnapshot(join(root, 'docs/aadsts.md'))
})

describe('the program of the page provokes', () => {
  test.each(codes)('AADSTS%i', async (code) => {
    entra.reset()
    const error = await run(programOf(code)).then(
      () => undefined,
      (reason) => reason,
    )
    expect(error).toMatchObject({ errorResponse: { errorCodes: expect.arrayContaining([code]) } })
  })
})

function sectionOf(code: number): string {
  const [error, sentence] = (catalogue as Record<number, readonly string[]>)[code] ?? []
  const says =
    sentence === undefined
      ? ''
      : `Entra ID says (\`${error}\`): ${sentence.replaceAll('{', '‹').replaceAll('}', '›')}\n`
  const means = meanings.get(code) ?? (code in catalogue ? remedyOf(code as never) : '')
  return `## AADSTS${code}

${says}
${means}

\`\`\`ts
${programOf(code)}
\`\`\`
`
}

function programOf(code: number): string {
  const given = provocations[code]?.trim()
  if (given !== undefined) return given
  const script =
    code in catalogue
      ? `{ aadsts: ${code} }`
      : `{ status: 400, body: { error: 'invalid_grant', error_codes: [${code}] } }`
  return `entra.faults.next(${script})\nawait credential.getToken(scope)`
}

async function run(program: string): Promise<unknown> {
  const { code } = await transform(program, { loader: 'ts', target: 'esnext', format: 'esm' })
  const {
    AZURE_TENANT_ID: tenantId = '',
    AZURE_CLIENT_ID: clientId = '',
    AZURE_CLIENT_SECRET: clientSecret = '',
  } = entra.env()
  const { username, password } = entra.directory.users?.[0] ?? {}
  const emulated = { authorityHost: entra.url, fetch: entra.fetch, retryOptions: { maxRetries: 0 } }
  const credential = new entrada.ClientSecretCredential(tenantId, clientId, clientSecret, emulated)
  const scope = 'https://storage.azure.com/.default'
  const given = { tenantId, clientId, clientSecret, username, password, emulated, credential, scope, entra }
  const names = { ...entrada, ...emulator, ...given }
  const body = `return (async () => {${code}})()`
  return new Function(...Object.keys(names), body)(...Object.values(names))
}

/** The codes of the emulator's catalogue, and those for which the library has a remedy. */
async function knownCodes(): Promise<number[]> {
  const remedies = await readFile(join(root, 'packages/entrada/src/oauth/remedies.ts'), 'utf8')
  const named = [...remedies.matchAll(/^ {2}(\d+):/gm)].map(([, code]) => Number(code))
  return [...new Set([...named, ...Object.keys(catalogue).map(Number)])].sort((one, other) => one - other)
}

/** What `docs/troubleshooting.md` says of each code. Headings without text share that of the next. */
async function readMeanings(): Promise<Map<number, string>> {
  const page = await readFile(join(root, 'docs/troubleshooting.md'), 'utf8')
  const found = new Map<number, string>()
  let waiting: number[] = []
  for (const section of page.split(/^(?=##+ )/m)) {
    const [heading = '', ...lines] = section.split('\n')
    const code = Number(/^### AADSTS(\d+)$/.exec(heading)?.[1] ?? Number.NaN)
    if (Number.isNaN(code)) {
      waiting = []
      continue
    }
    waiting.push(code)
    const text = lines.join('\n').trim()
    if (text === '') continue
    for (const each of waiting) found.set(each, text)
    waiting = []
  }
  return found
}
