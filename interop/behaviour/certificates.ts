import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { clientCertificate } from '../certificates.ts'
import type { Row } from './row.ts'
import { nameOfError } from './seen.ts'
import { clientId, scope, tenantId, tokenService } from './token-service.ts'

const { certificate, privateKey, pem, thumbprint } = await clientCertificate()
const folder = mkdtempSync(join(tmpdir(), 'entrada-behaviour-'))
const pemFile = join(folder, 'app.pem')
writeFileSync(pemFile, pem)
const certificateAlone = join(folder, 'certificate.pem')
writeFileSync(certificateAlone, certificate)
const encrypted = createPrivateKey(privateKey).export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'open',
})
const encryptedPem = `${encrypted}${certificate}`

/** An application with a certificate. */
export const certificates: readonly Row[] = [
  {
    name: 'the header of the assertion',
    see: async ({ ClientCertificateCredential }) => {
      const httpClient = tokenService()
      await new ClientCertificateCredential(tenantId, clientId, { certificate: pem }, { httpClient }).getToken(scope)
      return decodeProtectedHeader(httpClient.requests[0]?.form.client_assertion ?? '')
    },
    both: { alg: 'PS256', typ: 'JWT', 'x5t#S256': Buffer.from(thumbprint, 'hex').toString('base64url') },
  },
  {
    name: 'the claims of the assertion',
    see: async ({ ClientCertificateCredential }) => {
      const httpClient = tokenService()
      await new ClientCertificateCredential(tenantId, clientId, { certificate: pem }, { httpClient }).getToken(scope)
      const { aud, iss, sub, exp = 0, nbf = 0 } = decodeJwt(httpClient.requests[0]?.form.client_assertion ?? '')
      return [String(aud).split('?')[0], iss, sub, exp - nbf]
    },
    both: [`https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`, clientId, clientId, 600],
  },
  {
    name: 'the chain is sent where it is asked for',
    see: async ({ ClientCertificateCredential }) => {
      const options = { httpClient: tokenService(), sendCertificateChain: true }
      await new ClientCertificateCredential(tenantId, clientId, { certificate: pem }, options).getToken(scope)
      return decodeProtectedHeader(options.httpClient.requests[0]?.form.client_assertion ?? '').x5c?.length
    },
    both: 1,
  },
  {
    name: 'a certificate in a file',
    see: async ({ ClientCertificateCredential }) => {
      const options = { httpClient: tokenService() }
      return (await new ClientCertificateCredential(tenantId, clientId, pemFile, options).getToken(scope)).tokenType
    },
    both: 'Bearer',
  },
  {
    name: 'a certificate in a file, named by an object',
    see: async ({ ClientCertificateCredential }) => {
      const options = { httpClient: tokenService() }
      const credential = new ClientCertificateCredential(tenantId, clientId, { certificatePath: pemFile }, options)
      return (await credential.getToken(scope)).tokenType
    },
    both: 'Bearer',
  },
  {
    name: 'an encrypted key with its password',
    see: async ({ ClientCertificateCredential }) => {
      const options = { httpClient: tokenService() }
      const given = { certificate: encryptedPem, certificatePassword: 'open' }
      return (await new ClientCertificateCredential(tenantId, clientId, given, options).getToken(scope)).tokenType
    },
    both: 'Bearer',
  },
  {
    name: 'an encrypted key with another password',
    see: ({ ClientCertificateCredential }) => {
      const given = { certificate: encryptedPem, certificatePassword: 'wrong' }
      const options = { httpClient: tokenService() }
      return nameOfError(() => new ClientCertificateCredential(tenantId, clientId, given, options).getToken(scope))
    },
    peer: 'Error',
    ours: 'CredentialUnavailableError',
    onPurpose: 'A certificate that cannot be read',
  },
  {
    name: 'a file that is not there',
    see: ({ ClientCertificateCredential }) => {
      const options = { httpClient: tokenService() }
      const missing = join(folder, 'missing.pem')
      return nameOfError(() => new ClientCertificateCredential(tenantId, clientId, missing, options).getToken(scope))
    },
    peer: 'Error',
    ours: 'CredentialUnavailableError',
    onPurpose: 'A certificate that cannot be read',
  },
  {
    name: 'a file without a key',
    see: ({ ClientCertificateCredential }) => {
      const options = { httpClient: tokenService() }
      const credential = new ClientCertificateCredential(tenantId, clientId, certificateAlone, options)
      return nameOfError(() => credential.getToken(scope))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'CredentialUnavailableError',
    onPurpose: 'A certificate that cannot be read',
  },
  {
    name: 'text without a certificate',
    see: ({ ClientCertificateCredential }) => {
      const options = { httpClient: tokenService() }
      const credential = new ClientCertificateCredential(tenantId, clientId, { certificate: 'no PEM' }, options)
      return nameOfError(() => credential.getToken(scope))
    },
    peer: 'Error',
    ours: 'CredentialUnavailableError',
    onPurpose: 'A certificate that cannot be read',
  },
  {
    name: 'on behalf of a user, by a certificate in a file',
    see: async ({ OnBehalfOfCredential }) => {
      const httpClient = tokenService()
      const app = { tenantId, clientId, certificatePath: pemFile, userAssertionToken: 'token-of-the-user', httpClient }
      await new OnBehalfOfCredential(app).getToken(scope)
      return decodeProtectedHeader(httpClient.requests[0]?.form.client_assertion ?? '').alg
    },
    both: 'PS256',
  },
]
