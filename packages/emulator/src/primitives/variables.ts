/** A syntax in which environment variables are written, for whatever reads them. */
export type VariablesFormat = 'env' | 'dotenv' | 'json' | 'powershell' | 'csharp' | 'python'

export const variablesFormats: readonly VariablesFormat[] = [
  ...(['env', 'dotenv', 'json', 'powershell', 'csharp', 'python'] as const),
]

type Variables = Readonly<Record<string, string>>

/** Where Node looks for authorities; other languages look elsewhere. */
const caName = 'NODE_EXTRA_CA_CERTS'

const writers: Readonly<Record<VariablesFormat, (variables: Variables) => string>> = {
  env: (variables) => lines(variables, (name, value) => `export ${name}=${shellWord(value)}`),
  dotenv: (variables) => lines(variables, (name, value) => `${name}=${dotenvValue(value)}`),
  json: (variables) => `${JSON.stringify(variables, null, 2)}\n`,
  csharp: ({ [caName]: ca, ...rest }) =>
    (ca === undefined ? '' : `// .NET reads this one when the process starts: SSL_CERT_FILE=${ca}\n`) +
    lines(rest, (name, value) => `Environment.SetEnvironmentVariable("${name}", ${literal(value)});`),
  python: ({ [caName]: ca, ...rest }) => {
    const all = ca === undefined ? rest : { ...rest, REQUESTS_CA_BUNDLE: ca }
    return `import os\n\n${lines(all, (name, value) => `os.environ["${name}"] = ${literal(value)}`)}`
  },
  powershell: (variables) => lines(variables, (name, value) => `$env:${name} = ${powershellString(value)}`),
}

/** The variables as text that ends with a line break. */
export function writeVariables(format: VariablesFormat, variables: Variables): string {
  return writers[format](variables)
}

function lines(variables: Variables, line: (name: string, value: string) => string): string {
  return Object.entries(variables)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('')
}

/** A value that needs no quoting in any of the formats. */
const plain = /^[\w./:@%+=~-]+$/

/** The value as one word for a POSIX shell. */
function shellWord(value: string): string {
  return plain.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}

/**
 * Programs that read .env files agree on values without quotes, and on single quotes around a value that contains none.
 */
function dotenvValue(value: string): string {
  if (plain.test(value)) return value
  return value.includes("'") || value.includes('\n') ? JSON.stringify(value) : `'${value}'`
}

/** PowerShell ends a literal string at any of five quotation marks, and takes two of them for one. */
function powershellString(value: string): string {
  return `'${value.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`
}

/** A literal string of C# and of Python: both know JSON's escapes, but for the slash, which is not escaped here. */
function literal(value: string): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
