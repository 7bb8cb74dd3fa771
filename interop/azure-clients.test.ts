import { azureClients } from './behaviour/azure-clients.ts'
import { compare } from './behaviour/compare.ts'
import { messagingClients } from './behaviour/messaging-clients.ts'

compare({ azureClients, messagingClients })
