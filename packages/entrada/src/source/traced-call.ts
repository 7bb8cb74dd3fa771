import { importByName } from '../runtime/import-by-name.ts'
import { inStartedSpan, noteTrace, type TracingClient } from '../runtime/trace.ts'
import type { GetTokenOptions } from '../types.ts'
import { followedVersion } from '../version.ts'

/** What is known about the program's instrumenter: `@azure/core-tracing` has one for the whole process. */
export interface Tracing {
  /** The class of the contexts that calls carry without an instrumenter: the Azure clients pass one anyway. */
  quiet: unknown
  /** Whether there is an instrumenter, so that calls outside any span need a span too. */
  isOn: boolean
}

/** The names of spans in `@azure/identity`, where they differ from the class names. */
const spanNames: Readonly<Record<string, string>> = {
  DefaultAzureCredential: 'ChainedTokenCredential',
  WorkloadIdentityCredential: 'ClientAssertionCredential',
  AzurePipelinesCredential: 'ClientAssertionCredential',
  CertificateCredential: 'ClientCertificateCredential',
}

/** A header that any instrumenter can parse (W3C Trace Context). */
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** Makes a call in a span if there is an instrumenter. */
export async function tracedCall<T, Options extends GetTokenOptions>(
  tracing: Tracing,
  credential: { name: string },
  method: string,
  options: Options | undefined,
  call: (options?: Options) => Promise<T>,
): Promise<T> {
  const context = options?.tracingOptions?.tracingContext
  const client = await openClient()
  const name = `${spanNames[credential.name] ?? credential.name}.${method}`
  const started = client?.startSpan(name, options ?? ({} as Options), { of: credential })
  // An instrumenter may not record this span, but it can still parse the header.
  const isTraced = started?.span.isRecording() === true || client?.parseTraceparentHeader(traceparent) !== undefined
  tracing.isOn = isTraced
  if (client === undefined || started === undefined || !isTraced) {
    started?.span.end()
    // Calls with such a context need not check again while their token is fresh.
    if (context != null) tracing.quiet = context.constructor
    return call(options)
  }
  const { span, updatedOptions } = started
  const { tracingContext } = updatedOptions.tracingOptions
  noteTrace(tracingContext, client)
  return inStartedSpan({ client, span, tracingContext }, () => call(updatedOptions))
}

/** That of `@entrada/opentelemetry` if it is on, else that of `@azure/core-tracing` if it is installed. */
async function openClient(): Promise<TracingClient | undefined> {
  const own = ownInstrumenter()
  if (own !== undefined) return own
  try {
    const { createTracingClient } = (await importByName('@azure/core-tracing')) as {
      createTracingClient(options: object): TracingClient
    }
    return createTracingClient({
      namespace: 'Microsoft.AAD',
      packageName: '@azure/identity',
      packageVersion: followedVersion,
    })
  } catch {
    return undefined
  }
}

/** What `@entrada/opentelemetry` has put into a place that the process shares: see `processWide`. */
function ownInstrumenter(): TracingClient | undefined {
  return (globalThis as { [name: symbol]: { client?: TracingClient } | undefined })[Symbol.for('entrada.spans')]?.client
}
