import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { startMessageBroker } from '../interop/behaviour/message-broker.ts'
import { startMysql } from './mysql-stand-in.ts'
import { startTenant } from './running-recipes.ts'
import { startSqlServer } from './sql-server-stand-in.ts'
import { startOpenAi, startPostgres, startRedis } from './stand-ins.ts'

const { outputOf } = await startTenant()
const objectId = '00000000-0000-4000-8000-00000000ada0'
const audienceOf = (token: string): unknown => decodeJwt(token).aud

test.each(['postgres', 'postgres-js'])('%s/ signs in to PostgreSQL with a token', async (folder) => {
  await using database = await startPostgres('shop')
  const env = { PGHOST: '127.0.0.1', PGPORT: String(database.port) }
  expect(await outputOf(`${folder}/query.mjs`, env)).toBe('Signed in to PostgreSQL as shop')
  expect(database.passwords.map(audienceOf)).toEqual(['https://ossrdbms-aad.database.windows.net'])
})

test('mysql/ signs in to MySQL with a token', async () => {
  await using database = await startMysql('shop')
  const env = { MYSQL_HOST: '127.0.0.1', MYSQL_PORT: String(database.port) }
  expect(await outputOf('mysql/query.mjs', env)).toBe('Signed in to MySQL as shop')
  expect(database.passwords.map(audienceOf)).toEqual(['https://ossrdbms-aad.database.windows.net'])
})

test('sql-server/ signs in to SQL Server with a token for the resource that it names', async () => {
  await using database = await startSqlServer('shop', 'https://database.windows.net/')
  const env = { SQL_SERVER: '127.0.0.1', SQL_PORT: String(database.port) }
  expect(await outputOf('sql-server/query.mjs', env)).toBe('Signed in to SQL Server as shop')
  expect(database.passwords.map(audienceOf)).toEqual(['https://database.windows.net'])
})

test('redis-entra/ signs in to Redis with a token', async () => {
  await using redis = await startRedis()
  const env = { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port), REDIS_USER: objectId }
  expect(await outputOf('redis-entra/cache.mjs', env)).toBe('Hello from entrada!')
  expect(redis.passwords.map(audienceOf)).toEqual(['https://redis.azure.com'])
})

test('service-bus/ claims its queue with a token, and sends', async () => {
  const broker = await startMessageBroker()
  const env = { SERVICEBUS_NAMESPACE: 'contoso.servicebus.windows.net', SERVICEBUS_ENDPOINT: broker.endpoint }
  expect(await outputOf('service-bus/send.mjs', env)).toBe('Sent an order to orders')
  await broker.close()
  const [claim] = broker.claims
  expect(claim?.address).toBe('sb://contoso.servicebus.windows.net/orders')
  expect(audienceOf(claim?.token ?? '')).toMatch('https://servicebus.azure.net')
  expect(broker.messages).toHaveLength(1)
})

test('azure-openai/ gets an answer for a token', async () => {
  await using service = await startOpenAi()
  const env = { AZURE_OPENAI_ENDPOINT: `http://127.0.0.1:${service.port}` }
  expect(await outputOf('azure-openai/chat.mjs', env)).toBe('Hello.')
  expect(service.passwords.map(audienceOf)).toEqual(['https://cognitiveservices.azure.com'])
})
