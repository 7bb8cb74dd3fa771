// Azure Service Bus by `@azure/service-bus`: the client asks the credential for a token, and again before it ends.
import { ServiceBusClient } from '@azure/service-bus'
import { DefaultAzureCredential } from 'entrada'

const credential = new DefaultAzureCredential()
const namespace = process.env.SERVICEBUS_NAMESPACE ?? 'name.servicebus.windows.net'
// Only where something stands between: a gateway, or a stand-in for the service.
const endpoint = process.env.SERVICEBUS_ENDPOINT
const client = new ServiceBusClient(namespace, credential, endpoint ? { customEndpointAddress: endpoint } : {})

const queue = process.env.SERVICEBUS_QUEUE ?? 'orders'
const sender = client.createSender(queue)
await sender.sendMessages({ body: { order: 1 } })
console.log(`Sent an order to ${queue}`)
await client.close()
await credential.close()
