import { type VariablesFormat, variablesFormats, writeVariables } from '../primitives/variables.ts'

const labels: Readonly<Record<VariablesFormat, string>> = {
  env: 'a shell',
  dotenv: 'a .env file',
  powershell: 'PowerShell',
  csharp: 'C#',
  python: 'Python',
  json: 'JSON',
}

/** The formats of variables, with what they are for. */
export const variablesLabels: readonly (readonly [format: VariablesFormat, label: string])[] = Object.entries(
  labels,
) as [VariablesFormat, string][]

/** The format of this name; that of a shell for any other. */
export function variablesFormat(name: string | undefined): VariablesFormat {
  return variablesFormats.find((format) => format === name) ?? 'env'
}

const secretName = 'AZURE_CLIENT_SECRET'

/** An app's variables for people to copy; its secret only if it was asked for. */
export function writtenVariables(
  format: VariablesFormat,
  variables: Readonly<Record<string, string>>,
  withSecret: boolean,
): string {
  const shown = Object.entries(variables).filter(([name]) => withSecret || name !== secretName)
  return writeVariables(format, Object.fromEntries(shown)).trimEnd()
}
