/**
 * Whether this is Node itself. The one place that asks for a runtime's name and not for an ability: Deno, Bun and
 * workerd offer `node:https` too, but there `fetch` is the better transport.
 */
export function isNode(): boolean {
  if (typeof globalThis.process?.versions?.node !== 'string') return false
  const agent = (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent
  return agent === undefined || agent.startsWith('Node.js')
}
