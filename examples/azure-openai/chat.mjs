// Azure OpenAI by the package `openai`, without an API key.
import { DefaultAzureCredential, getBearerTokenProvider } from 'entrada'
import { AzureOpenAI } from 'openai'

const credential = new DefaultAzureCredential()
const client = new AzureOpenAI({
  endpoint: process.env.AZURE_OPENAI_ENDPOINT ?? 'https://name.openai.azure.com',
  azureADTokenProvider: getBearerTokenProvider(credential, 'https://cognitiveservices.azure.com/.default'),
  apiVersion: '2024-10-21',
})

const answer = await client.chat.completions.create({
  model: process.env.AZURE_OPENAI_DEPLOYMENT ?? 'gpt-4o',
  messages: [{ role: 'user', content: process.argv[2] ?? 'Say hello.' }],
})
console.log(answer.choices[0]?.message.content)
await credential.close()
