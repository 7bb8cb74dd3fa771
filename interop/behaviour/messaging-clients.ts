import { EventHubProducerClient } from '@azure/event-hubs'
import type { TokenCredential } from '@azure/identity'
import { ServiceBusClient } from '@azure/service-bus'
import { startMessageBroker } from './message-broker.ts'
import type { Library, Row } from './row.ts'
import { clientId, clientSecret, tenantId, tokenService } from './token-service.ts'

/** Sends a message, and tells what the client claimed the address with. */
async function claimed(
  { ClientSecretCredential }: Library,
  send: (endpoint: string, credential: TokenCredential) => Promise<void>,
) {
  const httpClient = tokenService()
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
  const broker = await startMessageBroker()
  try {
    await send(broker.endpoint, credential)
    const scopes = httpClient.requests.map(({ form }) => form.scope)
    const { token } = await credential.getToken(scopes[0] ?? 'nothing')
    const [claim] = broker.claims
    return [scopes, claim?.address, claim?.type, claim?.token === token, broker.messages.length]
  } finally {
    await broker.close()
  }
}

/** The clients of the Azure SDK that speak AMQP: they hand their token over as a claim, and then send messages. */
export const messagingClients: readonly Row[] = [
  {
    name: 'Service Bus',
    see: (library) =>
      claimed(library, async (customEndpointAddress, credential) => {
        const client = new ServiceBusClient('contoso.servicebus.windows.net', credential, { customEndpointAddress })
        await client.createSender('orders').sendMessages({ body: 'an order' })
        await client.close()
      }),
    both: [['https://servicebus.azure.net//.default'], 'sb://contoso.servicebus.windows.net/orders', 'jwt', true, 1],
  },
  {
    name: 'Event Hubs',
    see: (library) =>
      claimed(library, async (customEndpointAddress, credential) => {
        const options = { customEndpointAddress }
        const client = new EventHubProducerClient('contoso.servicebus.windows.net', 'orders', credential, options)
        await client.sendBatch([{ body: 'an order' }])
        await client.close()
      }),
    both: [['https://eventhubs.azure.net//.default'], 'sb://contoso.servicebus.windows.net/orders', 'jwt', true, 1],
  },
]
