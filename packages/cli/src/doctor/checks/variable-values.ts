import type { Check } from '../check.ts'
import type { Finding } from '../finding.ts'
import { isPlaceholder } from '../shapes.ts'
import { lookedAt, secretVariables } from '../variables.ts'

/** Quotation marks, placeholders, and white space that does not belong to a value. */
export const variableValues: Check = {
  looksAt: 'the values of variables',
  run: ({ env, subject, platform }) => {
    const named = [...lookedAt, ...Object.values(subject.settings).map(({ from }) => from)]
    return [...new Set(named)].flatMap((name) => {
      const value = env[name]
      return value === undefined || value.trim() === '' ? [] : faultIn(name, value, platform)
    })
  },
}

function faultIn(name: string, value: string, platform: string): Finding[] {
  const text = value.trim()
  const isSecret = secretVariables.includes(name)
  if (isPlaceholder(text)) {
    return [
      {
        code: 'variable-placeholder',
        severity: 'error',
        what: `${name} holds a placeholder: ${isSecret ? 'not shown' : JSON.stringify(text.slice(0, 60))}.`,
        why: 'It is the text of an example, or a reference that a pipeline or shell should have replaced.',
        change: `Set ${name} to the real value; in a pipeline, look whether the secret or variable exists there.`,
        explains: follows,
      },
    ]
  }
  if (/^(["'`“‘]).*["'`”’]$/su.test(text)) {
    return [
      {
        code: 'variable-quoted',
        severity: 'error',
        what: `${name} has quotation marks around its value.`,
        why: 'They are a part of the value: docker --env-file, cmd.exe and YAML blocks do not remove them.',
        change: platform === 'win32' ? `set ${name}=… without quotation marks` : `${name}=… without quotation marks`,
        explains: follows,
      },
    ]
  }
  // Ids, paths and addresses are trimmed by whoever reads them; a secret is taken as it is, but for one line break.
  const inside = isSecret ? value.replace(/(?:\r\n|\r|\n)$/, '') : text
  if (
    /\p{Cc}/u.test(inside) ||
    (isSecret && inside !== inside.trim()) ||
    (!isSecret && /^\S*(?:ID|HOST)$/.test(name) && /\s/.test(inside))
  ) {
    return [
      {
        code: 'variable-whitespace',
        severity: 'error',
        what: `${name} has ${described(inside)} in its value.`,
        why: isSecret
          ? 'A secret is sent as it stands, so that what surrounds it makes it another secret.'
          : 'No such value has any in it.',
        change:
          platform === 'win32'
            ? `$env:${name} = $env:${name}.Trim()`
            : `export ${name}="$(printf %s "$${name}" | tr -d '[:space:]')"`,
        explains: follows,
      },
    ]
  }
  return []
}

function described(value: string): string {
  if (/\r/.test(value)) return 'a carriage return (CR, as in files from Windows)'
  if (/\n/.test(value)) return 'a line break'
  if (/\t/.test(value)) return 'a tab'
  return /\p{Cc}/u.test(value) ? 'a control character' : 'a blank'
}

const follows = [
  'tenant-malformed',
  'tenant-secret-swapped',
  'client-id-malformed',
  'authority-malformed',
  'authority-unknown',
  'environment-incomplete',
  'token-credentials-unknown',
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
  'refused',
] as const
