// Azure SQL by `tedious`: the driver asks the credential for a token each time it connects.
import { DefaultAzureCredential } from 'entrada'
import { Connection, Request } from 'tedious'

const credential = new DefaultAzureCredential()
const server = process.env.SQL_SERVER ?? 'name.database.windows.net'
const isLocal = server === '127.0.0.1'
const connection = new Connection({
  server,
  authentication: { type: 'token-credential', options: { credential } },
  options: {
    port: Number(process.env.SQL_PORT ?? 1433),
    database: process.env.SQL_DATABASE ?? 'shop',
    encrypt: !isLocal,
  },
})
await new Promise((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve(undefined))))

const name = await new Promise((resolve, reject) => {
  /** @type {unknown} */
  let found
  const request = new Request('select suser_sname() as name', (error) => (error ? reject(error) : resolve(found)))
  request.on('row', ([column]) => {
    found = column.value
  })
  connection.execSql(request)
})
console.log(`Signed in to SQL Server as ${name}`)
connection.close()
await credential.close()
