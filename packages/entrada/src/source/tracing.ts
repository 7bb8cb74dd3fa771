import { builtin } from '../runtime/builtin.ts'
import type { GetTokenOptions } from '../types.ts'
import type { Tracing } from './traced-call.ts'

/** One for the process, like the instrumenter. */
const tracing: Tracing = { quiet: undefined, isOn: false }
let nextLook = 0

/**
 * Whether a call may need a span. For a call without a context, or in a program without tracing, this is just a cheap
 * check.
 */
export function mayHaveSpan(options: GetTokenOptions | undefined): boolean {
  const context = options?.tracingOptions?.tracingContext
  return context == null ? tracing.isOn : context.constructor !== tracing.quiet
}

/**
 * Makes a call that no fresh token answers, in a span if it carries a tracing context or the program has an
 * instrumenter; otherwise directly and synchronously, so that it sees the present state.
 */
export function inSpan<T, Options extends GetTokenOptions>(
  credential: { name: string },
  method: string,
  options: Options | undefined,
  call: (options?: Options) => Promise<T>,
): Promise<T> {
  if (!mayHaveSpan(options) && !isLoaded()) return call(options)
  return import('./traced-call.ts').then(({ tracedCall }) => tracedCall(tracing, credential, method, options, call))
}

/**
 * Whether the program has used `@entrada/opentelemetry`, or has loaded `@azure/core-tracing`, every copy of which loads this
 * file: that is looked for once a second.
 */
function isLoaded(): boolean {
  if (Symbol.for('entrada.spans') in globalThis) return true
  const now = performance.now()
  if (now < nextLook) return false
  nextLook = now + 1000
  const cache = builtin('node:module')?.createRequire('/').cache ?? {}
  return Object.keys(cache).some((file) => /core-tracing.dist.commonjs.state/.test(file))
}
