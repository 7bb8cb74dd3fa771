/**
 * For runtimes without `Symbol.asyncDispose`: gives the object the method under the registered symbol, which polyfills
 * agree on. Elsewhere the class's own method does, and this does nothing.
 */
export function polyfillAsyncDispose(closable: { close(): Promise<void> }): void {
  if ((Symbol as { asyncDispose?: symbol }).asyncDispose !== undefined) return
  Object.defineProperty(closable, Symbol.for('Symbol.asyncDispose'), { value: () => closable.close() })
}
