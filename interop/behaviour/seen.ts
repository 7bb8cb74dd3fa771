/** The name of the error that this ends with, which programs test; `'no error'` where there is none. */
export async function nameOfError(act: () => unknown): Promise<string> {
  return (await errorOf(act))?.name ?? 'no error'
}

/** The error that this throws or rejects with. */
export async function errorOf(act: () => unknown): Promise<(Error & Record<string, unknown>) | undefined> {
  try {
    await act()
  } catch (error) {
    return error as Error & Record<string, unknown>
  }
  return undefined
}

/** Some of an object's fields, those that it has. */
export function pick(object: object | undefined, ...names: string[]): Record<string, unknown> {
  const fields = (object ?? {}) as Record<string, unknown>
  return Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])))
}

/** Whether the text of the error that this ends with has all of these in it. */
export async function says(act: () => unknown, ...words: string[]): Promise<boolean> {
  const message = (await errorOf(act))?.message ?? ''
  return words.every((word) => message.includes(word))
}

/** Runs with these variables in the environment of the process, as both libraries read it. */
export async function withVariables<T>(variables: Record<string, string>, act: () => T | Promise<T>): Promise<T> {
  const before = { ...process.env }
  Object.assign(process.env, variables)
  try {
    return await act()
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name]
    Object.assign(process.env, before)
  }
}
