// A user's program for a bundler: it reads its certificate from a PKCS#12 file, and reaches Entra ID through a proxy.
import { generateKeyPairSync, sign } from 'node:crypto'
import { accessTokens } from '@entrada/verify'
import { AuthenticationError, CertificateCredential, DefaultAzureCredential } from 'entrada'

const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', PFX = '' } = process.env

async function main() {
  const credential = new CertificateCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, {
    certificatePath: PFX,
    certificatePassword: 'correct horse',
  })
  const { token } = await credential.getToken('https://storage.azure.com/.default')
  await credential.close()
  const chain = new DefaultAzureCredential()
  const refusal = await chain.getToken('https://storage.azure.com/.default').catch((error) => error)
  await chain.close()
  const member = refusal instanceof AuthenticationError ? 'refused' : refusal.name
  console.log(
    `token of ${token.split('.').length} parts, through ${process.env.HTTPS_PROXY ? 'a proxy' : 'nothing'}, then ${member}, ${await verified()}`,
  )
}

/** A token of its own, verified by a key of its own. */
async function verified() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const id = '11111111-1111-4111-8111-111111111111'
  const issuer = { iss: `https://login.microsoftonline.com/${id}/v2.0`, tid: id, ver: '2.0' }
  const claims = { ...issuer, aud: id, azp: id, sub: 's', scp: 'Files.Read', iat: 0, nbf: 0, exp: 4e9 }
  const [head, body] = [{ alg: 'RS256', typ: 'JWT', kid: 'k' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), privateKey).toString('base64url')
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] }
  const verify = accessTokens({ audience: id, tenants: [id], keys })
  const { subject } = await verify(`${head}.${body}.${signature}`)
  const { code } = await verify(`${head}.${body}.${'A'.repeat(342)}`).catch((error) => error)
  return `${subject === 's' ? 'verified' : 'not verified'}, then ${code}`
}

main()
