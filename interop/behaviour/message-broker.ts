import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import rhea from 'rhea'
import { createServerCertificate } from '../../packages/emulator/src/pki/certificate-authority.ts'
import { givenAuthority } from '../given-authority.ts'

/** A token that a client has claimed an address with (AMQP's claims-based security). */
interface Claim {
  address: string
  type: string
  token: string
}

export interface MessageBroker {
  /** Where clients connect to, in the place of the namespace that they name. */
  endpoint: string
  claims: readonly Claim[]
  /** Bodies of the messages that arrived. */
  messages: readonly unknown[]
  close(): Promise<void>
}

/** A namespace of Service Bus or Event Hubs on loopback: it takes every claim, and then every message. */
export async function startMessageBroker(): Promise<MessageBroker> {
  const claims: Claim[] = []
  const messages: unknown[] = []
  const { certificate, privateKey } = await createServerCertificate(givenAuthority(), [])
  const container = rhea.create_container()
  container.sasl_server_mechanisms.enable_anonymous()
  const replies = new Map<string, rhea.Sender>()
  container.on('sender_open', ({ sender }: rhea.EventContext) => {
    if (sender === undefined) return
    sender.set_source({ address: sender.source.address })
    for (const { address } of [sender.source, sender.target]) if (address) replies.set(address, sender)
  })
  container.on('receiver_open', ({ receiver }: rhea.EventContext) => {
    receiver?.set_target({ address: receiver.target.address })
  })
  container.on('message', ({ message, receiver, connection }: rhea.EventContext) => {
    if (receiver?.target.address !== '$cbs') {
      messages.push(message?.body)
      return
    }
    const { name, type } = message?.application_properties ?? {}
    claims.push({ address: String(name), type: String(type), token: String(message?.body) })
    const reply = replies.get(message?.reply_to ?? '') ?? connection.find_sender(() => true)
    const accepted = { application_properties: { 'status-code': 202, 'status-description': 'Accepted' }, body: '' }
    reply?.send({ ...accepted, to: message?.reply_to ?? '', correlation_id: message?.message_id ?? '' })
  })
  const server = container.listen({ port: 0, host: '127.0.0.1', transport: 'tls', cert: certificate, key: privateKey })
  await once(server, 'listening')
  return {
    ...{ claims, messages, endpoint: `https://localhost:${(server.address() as AddressInfo).port}` },
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
