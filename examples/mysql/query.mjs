// Azure Database for MySQL by `mysql2`: each new connection of the pool signs in with a token in place of a password.
import { DefaultAzureCredential, getBearerTokenProvider } from 'entrada'
import mysql from 'mysql2/promise'

const credential = new DefaultAzureCredential()
const token = getBearerTokenProvider(credential, 'https://ossrdbms-aad.database.windows.net/.default')
const isLocal = process.env.MYSQL_HOST === '127.0.0.1'
const pool = mysql.createPool({
  host: process.env.MYSQL_HOST ?? 'name.mysql.database.azure.com',
  port: Number(process.env.MYSQL_PORT ?? 3306),
  // The name of the identity in the database, or of the user who has signed in with az.
  user: process.env.MYSQL_USER ?? 'shop',
  // The server asks for a password in clear text, which is the token; so this is only for a connection with TLS.
  authPlugins: { mysql_clear_password: () => async () => `${await token()}\0` },
  ...(isLocal ? {} : { ssl: { rejectUnauthorized: true } }),
})

const [rows] = await pool.query('select current_user() as name')
console.log(`Signed in to MySQL as ${/** @type {{ name: string }[]} */ (rows)[0]?.name}`)
await pool.end()
await credential.close()
