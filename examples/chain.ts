// A custom chain: the managed identity on an Azure host, the account of the Azure CLI on a developer's machine.
import { AzureCliCredential, ChainedTokenCredential, ManagedIdentityCredential } from 'entrada'

await using credential = new ChainedTokenCredential(new ManagedIdentityCredential(), new AzureCliCredential())

await credential.getToken('https://management.azure.com/.default')
console.log(`Authentication successful with ${credential.selected}`)
