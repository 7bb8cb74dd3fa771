import type { TracingContext } from '@azure/core-tracing'
import { type RecordedSpan, spansOf } from './recorded-spans.ts'
import type { Row } from './row.ts'
import { withVariables } from './seen.ts'
import { clientId, clientSecret, refusal, scope, tenantId, tokenService } from './token-service.ts'

const application = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret }

/** The spans of calls. Requests have others: the peer's by its HTTP pipeline, ours within that of the call. */
async function ownSpansOf(act: (callersContext: TracingContext) => Promise<unknown>): Promise<RecordedSpan[]> {
  return (await spansOf(act)).filter(
    ({ name, packageName }) => packageName === '@azure/identity' && !/^(?:HTTP|TokenStore)\b/.test(name),
  )
}

function within(tracingContext: TracingContext) {
  return { tracingOptions: { tracingContext } }
}

/** The spans of OpenTelemetry, by way of `@azure/core-tracing`. */
export const tracing: readonly Row[] = [
  {
    name: 'a call within the caller’s span has a span of its own',
    see: ({ ClientSecretCredential }) =>
      ownSpansOf(async (context) => {
        const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() })
        await credential.getToken(scope, within(context))
      }),
    both: [
      {
        name: 'ClientSecretCredential.getToken',
        parent: 'the caller',
        packageName: '@azure/identity',
        isEnded: true,
        status: 'success',
      },
    ],
  },
  {
    name: 'a call that is answered from memory has a span too',
    see: ({ ClientSecretCredential }) =>
      ownSpansOf(async (context) => {
        const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() })
        await credential.getToken(scope, within(context))
        await credential.getToken(scope, within(context))
      }).then((spans) => spans.map(({ name, status }) => [name, status])),
    both: [
      ['ClientSecretCredential.getToken', 'success'],
      ['ClientSecretCredential.getToken', 'success'],
    ],
  },
  {
    name: 'a call outside of any span has one where an instrumenter is in use',
    see: ({ ClientSecretCredential }) =>
      ownSpansOf(async () => {
        const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() })
        await credential.getToken(scope)
        await credential.getToken(scope)
      }).then((spans) => spans.map(({ name, parent }) => [name, parent])),
    both: [
      ['ClientSecretCredential.getToken', undefined],
      ['ClientSecretCredential.getToken', undefined],
    ],
  },
  {
    name: 'the span of a call that fails',
    see: ({ ClientSecretCredential }) =>
      ownSpansOf(async (context) => {
        const httpClient = tokenService(refusal('invalid_client', 7000215))
        const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
        await credential.getToken(scope, within(context)).catch(() => undefined)
      }).then((spans) => spans.map(({ name, status, isEnded }) => [name, status, isEnded])),
    both: [['ClientSecretCredential.getToken', 'error', true]],
  },
  {
    name: 'the spans of a chain: its own, and within it the member’s',
    see: ({ ChainedTokenCredential, ClientSecretCredential }) =>
      ownSpansOf(async (context) => {
        const member = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() })
        await new ChainedTokenCredential(member).getToken(scope, within(context))
      }).then((spans) => spans.map(({ name, parent }) => [name, parent])),
    both: [
      ['ChainedTokenCredential.getToken', 'the caller'],
      ['ClientSecretCredential.getToken', 'ChainedTokenCredential.getToken'],
    ],
  },
  {
    name: 'the outermost span of DefaultAzureCredential',
    see: ({ DefaultAzureCredential }) =>
      withVariables(application, () =>
        ownSpansOf(async (context) => {
          await new DefaultAzureCredential({ httpClient: tokenService() }).getToken(scope, within(context))
        }).then(([first, second]) => [first?.name, first?.parent, second?.name, second?.parent]),
      ),
    both: [
      'ChainedTokenCredential.getToken',
      'the caller',
      'EnvironmentCredential.getToken',
      'ChainedTokenCredential.getToken',
    ],
  },
  {
    name: 'the span of a certificate’s credential',
    see: ({ ClientCertificateCredential }) =>
      ownSpansOf(async (context) => {
        const credential = new ClientCertificateCredential(tenantId, clientId, '/missing/app.pem')
        await credential.getToken(scope, within(context)).catch(() => undefined)
      }).then((spans) => spans.map(({ name }) => name)),
    both: ['ClientCertificateCredential.getToken'],
  },
  {
    name: 'the span of a developer tool’s credential',
    see: ({ AzureCliCredential }) =>
      withVariables({ PATH: '/missing' }, () =>
        ownSpansOf(async (context) => {
          await new AzureCliCredential().getToken(scope, within(context)).catch(() => undefined)
        }).then((spans) => spans.map(({ name, status }) => [name, status])),
      ),
    both: [['AzureCliCredential.getToken', 'error']],
  },
  {
    name: 'the span of a request',
    see: async ({ ClientSecretCredential }) => {
      const spans = await spansOf(async (context) => {
        const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() })
        await credential.getToken(scope, within(context))
      })
      return spans.flatMap(({ name, parent }) => (name.startsWith('HTTP') ? [[name, parent]] : []))
    },
    peer: [['HTTP POST', undefined]],
    ours: [['HTTP POST', 'ClientSecretCredential.getToken']],
    onPurpose: 'A request has a span `HTTP POST` beside that of the call',
  },
  {
    name: 'without an instrumenter a context in the call changes nothing',
    see: async ({ ClientSecretCredential }) => {
      const { createTracingClient } = await import('@azure/core-tracing')
      const client = createTracingClient({ namespace: 'Contoso', packageName: 'shop' })
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient: tokenService() })
      const token = await client.withSpan('order', {}, (options) => credential.getToken(scope, options))
      return token.tokenType
    },
    both: 'Bearer',
  },
]
