import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** Claims or a header, of which `undefined` leaves a member out. */
export type Members = Readonly<Record<string, unknown>>

export const tenantId = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'
export const otherTenantId = '82229342-1101-4ab6-817b-70c0747630f3'
/** The API that the tokens are for. */
export const apiId = '6e74172b-be56-4843-9ff4-e66a39bb12e3'
/** The application that got them. */
export const clientId = '75dbe77f-10a3-4e59-85fd-8c127544f17c'
/** A moment at which they are valid. */
export const now: number = Date.UTC(2026, 10, 2, 12)

const seconds = now / 1000
const times = { iat: seconds - 300, nbf: seconds - 300, exp: seconds + 4200 }
const opaque = { aio: 'AXQAi/8IAAAAFm+E/QTG+gFnVxLj', rh: '1.AXkAI_Dujiur_', uti: 'FVsGxYXI30-TuikuuUoFAA' }
const user = { oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474', sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ' }
const servicePrincipal = '02223b6b-aa1d-42d4-9ec0-1b2bb9194438'

/** The shapes of Entra ID's access tokens, as Microsoft's claims reference shows them. */
export const shapes = {
  /** A user's, version 2.0. */
  userV2: {
    ...{ aud: apiId, iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, ...times, ...opaque, ...user },
    ...{ azp: clientId, azpacr: '0', name: 'Abe Lincoln', preferred_username: 'abeli@contoso.example' },
    ...{ scp: 'Files.Read Files.Write', tid: tenantId, ver: '2.0' },
  },
  /** An application's own, version 2.0, of an API that asks for `idtyp`. */
  appV2: {
    ...{ aud: apiId, iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, ...times, ...opaque },
    ...{ azp: clientId, azpacr: '1', idtyp: 'app', oid: servicePrincipal, sub: servicePrincipal },
    ...{ roles: ['Files.Read.All'], tid: tenantId, ver: '2.0' },
  },
  /** A user's, version 1.0. */
  userV1: {
    ...{ aud: `api://${apiId}`, iss: `https://sts.windows.net/${tenantId}/`, ...times, acr: '1', ...opaque },
    ...{ amr: ['pwd', 'mfa'], appid: clientId, appidacr: '0', ipaddr: '203.0.113.7', name: 'Abe Lincoln', ...user },
    ...{
      scp: 'Files.Read',
      tid: tenantId,
      unique_name: 'abeli@contoso.example',
      upn: 'abeli@contoso.example',
      ver: '1.0',
    },
  },
  /** An application's own, version 1.0, without `idtyp`. */
  appV1: {
    ...{ aud: `api://${apiId}`, iss: `https://sts.windows.net/${tenantId}/`, ...times, ...opaque },
    ...{ appid: clientId, appidacr: '2', idp: `https://sts.windows.net/${tenantId}/`, oid: servicePrincipal },
    ...{ roles: ['Files.Read.All', 'Files.Write.All'], sub: servicePrincipal, tid: tenantId, ver: '1.0' },
  },
} as const satisfies Readonly<Record<string, Members>>

/** A key that signs tokens, and how a key set shows it. */
export interface TestKey {
  kid: string
  privateKey: KeyObject
  publicKey: KeyObject
  jwk: Members
}

/** Makes a key; `issuer` is what the key set says of it. */
export function makeKey(issuer: string | undefined = 'https://login.microsoftonline.com/{tenantid}/v2.0'): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { n, e } = publicKey.export({ format: 'jwk' })
  const kid = createHash('sha1').update(String(n)).digest('base64url')
  const jwk = { kty: 'RSA', use: 'sig', kid, x5t: kid, n, e, ...(issuer === undefined ? {} : { issuer }) }
  return { kid, privateKey, publicKey, jwk }
}

/** A token: these claims signed with this key, as Entra ID would. */
export function makeToken(key: TestKey, claims: Members, header: Members = {}): string {
  return signed(key, { typ: 'JWT', alg: 'RS256', kid: key.kid, ...header }, claims)
}

/** Signs a header and claims with RS256, whatever the header says. */
export function signed(key: TestKey, header: Members | string, claims: Members | string): string {
  return sign64(key, encoded(header), encoded(claims))
}

/** Signs two parts that are encoded already. */
export function sign64(key: TestKey, header: string, claims: string): string {
  const input = `${header}.${claims}`
  return `${input}.${sign('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`
}

export function encoded(part: Members | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}
