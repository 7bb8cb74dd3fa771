import type { Check } from '../check.ts'
import type { FindingCode } from '../codes.ts'
import type { Finding } from '../finding.ts'
import { isPlaceholder } from '../shapes.ts'
import { applicationVariables, lookedAt, secretVariables } from '../variables.ts'

/** Quotation marks, placeholders, and white space that does not belong to a value. */
export const variableValues: Check = {
  looksAt: 'the values of variables',
  async run({ env, subject, platform, tried }) {
    const { winner } = await tried()
    // Values that signed somebody in are good, whatever they look like.
    const areGood = winner === 'EnvironmentCredential' || winner === subject.credential
    const ofSettings = areGood ? [] : Object.values(subject.settings).map(({ from }) => from)
    const named = [...lookedAt.filter((name) => !areGood || !applicationVariables.includes(name)), ...ofSettings]
    const faults = [...new Set(named)].flatMap((name) => {
      const value = env[name]
      return value === undefined || value.trim() === '' ? [] : faultIn(name, value)
    })
    const codes = [...new Set(faults.map(({ code }) => code))]
    return codes.map((code) =>
      findingFor(
        code,
        faults.filter((fault) => fault.code === code),
        platform,
      ),
    )
  },
}

type FaultCode = 'variable-placeholder' | 'variable-quoted' | 'variable-whitespace'

interface Fault {
  code: FaultCode
  name: string
  /** What is in the value, for those that may be shown. */
  has: string
}

function faultIn(name: string, value: string): Fault[] {
  const text = value.trim()
  const isSecret = secretVariables.includes(name)
  if (isPlaceholder(text))
    return [{ code: 'variable-placeholder', name, has: isSecret ? '' : ` (${JSON.stringify(text.slice(0, 60))})` }]
  if (/^(["'`“‘]).*["'`”’]$/su.test(text)) return [{ code: 'variable-quoted', name, has: '' }]
  // Ids, paths and addresses are trimmed by whoever reads them; a secret is taken as it is, but for one line break.
  const inside = isSecret ? value.replace(/(?:\r\n|\r|\n)$/, '') : text
  const isPadded = isSecret && inside !== inside.trim()
  const isBroken = !isSecret && /_(?:ID|HOST)$/.test(name) && /\s/.test(inside)
  if (!/\p{Cc}/u.test(inside) && !isPadded && !isBroken) return []
  return [{ code: 'variable-whitespace', name, has: ` (${described(inside)})` }]
}

function findingFor(code: FaultCode, faults: readonly Fault[], platform: string): Finding {
  const names = faults.map(({ name }) => name)
  const listed = faults.map(({ name, has }) => `${name}${has}`).join(', ')
  const have = faults.length === 1 ? 'has' : 'have'
  const isSecret = names.some((name) => secretVariables.includes(name))
  const words: Readonly<Record<FaultCode, Pick<Finding, 'what' | 'why' | 'change' | 'run'>>> = {
    'variable-placeholder': {
      what: `${listed} ${have} a placeholder for a value.`,
      why: 'It is the text of an example, or a reference that a pipeline or shell should have replaced.',
      change: `Set the real value; in a pipeline, look whether the secret or variable exists there.`,
    },
    'variable-quoted': {
      what: `${listed} ${have} quotation marks around the value.`,
      why: 'They are a part of the value: docker --env-file, cmd.exe and YAML blocks do not remove them.',
      change: 'Write the value without them.',
    },
    'variable-whitespace': {
      what: `${listed} ${have} white space in the value that does not belong to it.`,
      why: isSecret
        ? 'A secret is sent as it stands, so that what surrounds it makes it another secret.'
        : 'No such value has any in it.',
      run: names.map((name) => trimmedLine(name, platform)).join('; '),
    },
  }
  return { code, severity: 'error', ...words[code], explains: follows }
}

function trimmedLine(name: string, platform: string): string {
  if (platform === 'win32') return `$env:${name} = $env:${name}.Trim()`
  return `export ${name}="$(printf %s "$${name}" | tr -d '[:space:]')"`
}

function described(value: string): string {
  if (/\r/.test(value)) return 'a carriage return, as in files from Windows'
  if (/\n/.test(value)) return 'a line break'
  if (/\t/.test(value)) return 'a tab'
  return /\p{Cc}/u.test(value) ? 'a control character' : 'a blank'
}

const follows: readonly FindingCode[] = [
  'tenant-malformed',
  'tenant-secret-swapped',
  'client-id-malformed',
  'authority-malformed',
  'authority-unknown',
  'environment-incomplete',
  'token-credentials-unknown',
  'secret-is-id',
  'secret-wrong',
  'secret-encoded',
  'tenant-not-found',
  'app-not-found',
  'federated-token-file-unreadable',
  'certificate-unreadable',
  'identity-endpoint-incomplete',
  'identity-refused',
  'identity-host-unreachable',
  'identity-not-assigned',
  'dns-failed',
  'no-credential',
  'profile-unusable',
  'refused',
]
