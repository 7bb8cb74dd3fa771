// Azure Database for PostgreSQL by `pg`: each new connection of the pool signs in with a token in place of a password.
import { DefaultAzureCredential, getBearerTokenProvider } from 'entrada'
import pg from 'pg'

const credential = new DefaultAzureCredential()
const isLocal = process.env.PGHOST === '127.0.0.1'
const pool = new pg.Pool({
  host: process.env.PGHOST ?? 'name.postgres.database.azure.com',
  port: Number(process.env.PGPORT ?? 5432),
  database: process.env.PGDATABASE ?? 'postgres',
  // The name of the identity in the database, or of the user who has signed in with az.
  user: process.env.PGUSER ?? 'shop',
  password: getBearerTokenProvider(credential, 'https://ossrdbms-aad.database.windows.net/.default'),
  ssl: isLocal ? false : { rejectUnauthorized: true },
  // A connection outlasts its token; a new one asks for a fresh one.
  maxLifetimeSeconds: 3600,
})

const { rows } = await pool.query('select current_user as name')
console.log(`Signed in to PostgreSQL as ${rows[0]?.name}`)
await pool.end()
await credential.close()
