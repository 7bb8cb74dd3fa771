// Azure Database for PostgreSQL by `postgres` (postgres.js): each new connection signs in with a token in place of a password.
import { DefaultAzureCredential, getBearerTokenProvider } from 'entrada'
import postgres from 'postgres'

const credential = new DefaultAzureCredential()
const isLocal = process.env.PGHOST === '127.0.0.1'
const sql = postgres({
  host: process.env.PGHOST ?? 'name.postgres.database.azure.com',
  port: Number(process.env.PGPORT ?? 5432),
  database: process.env.PGDATABASE ?? 'postgres',
  // The name of the identity in the database, or of the user who has signed in with az.
  user: process.env.PGUSER ?? 'shop',
  password: getBearerTokenProvider(credential, 'https://ossrdbms-aad.database.windows.net/.default'),
  ssl: isLocal ? false : 'verify-full',
  // A connection outlasts its token; a new one asks for a fresh one.
  max_lifetime: 3600,
})

const [row] = await sql`select current_user as name`
console.log(`Signed in to PostgreSQL as ${row?.name}`)
await sql.end()
await credential.close()
