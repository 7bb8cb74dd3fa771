/** Whether a value is a GUID in lower case, as Entra ID writes them. */
export function isGuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(value)
}
