/** Whether this runtime can listen on a port: a web page can't. Loads nothing. */
export function canListen(): boolean {
  return typeof globalThis.process?.getBuiltinModule === 'function'
}
