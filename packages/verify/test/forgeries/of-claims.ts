import { apiId, clientId, type Members, signed } from '../azure-tokens.ts'
import { goodDraft, guid, type Issuer, strangeTenant } from './issuer.ts'

/** Tokens that the issuer's key did sign, whose claims are not for this API. */

const wrongTypes: readonly unknown[] = [
  undefined,
  null,
  0,
  1,
  -1,
  true,
  false,
  '',
  ' ',
  [],
  {},
  [[]],
  [{}],
  [null],
  { a: 1 },
]

/** Addresses that look like the issuer's. */
export function otherIssuer(issuer: Issuer): string {
  const { random } = issuer
  const { iss, tid, ver } = goodDraft(issuer).claims as { iss: string; tid: string; ver: string }
  const host = new URL(iss).host
  const strings = [
    ...[
      iss.toUpperCase(),
      iss.replace('https', 'http'),
      iss.replace('https', 'HTTPS'),
      `${iss}/`,
      `${iss}#`,
      `${iss}?`,
      ` ${iss}`,
      `${iss} `,
    ],
    ...[
      `${iss}\n`,
      `${iss}\u0000`,
      iss.slice(0, -1),
      iss.slice(1),
      `${iss}${iss}`,
      iss.replace('//', '/'),
      iss.replace('//', '///'),
    ],
    ...[
      iss.replace(host, 'evil.example'),
      iss.replace(host, `${host}.evil.example`),
      iss.replace(host, `evil-${host}`),
    ],
    ...[iss.replace(host, `evil.${host}`), iss.replace(host, `${host}:443`), iss.replace(host, `${host}@evil.example`)],
    ...[
      iss.replace(host, `evil.example/${host}`),
      iss.replace(host, `${host}.`),
      iss.replace(host, 'login.microsoftonline.us'),
    ],
    ...[
      iss.replace(host, 'login.windows.net'),
      iss.replace(host, 'login.partner.microsoftonline.cn'),
      iss.replace('v2.0', 'v1.0'),
    ],
    ...[iss.replace(host, 'sts.chinacloudapi.cn'), iss.replace(host, 'localhost'), iss.replace(tid, 'common')],
    ...[
      iss.replace(tid, '{tenantid}'),
      iss.replace(tid, 'organizations'),
      iss.replace(tid, tid.toUpperCase()),
      iss.replace(tid, `${tid}/`),
    ],
    ...[
      iss.replace(tid, `./${tid}`),
      iss.replace(tid, `x/../${tid}`),
      iss.replace(tid, encodeURIComponent(`${tid}/`)),
      iss.replace(tid, ''),
    ],
    ...[
      iss.replace(tid, strangeTenant),
      iss.replace(tid, guid(random)),
      tid,
      'https://login.microsoftonline.com',
      `https://${tid}`,
    ],
    ...[
      `urn:${tid}`,
      iss.replace('o', 'ο'),
      iss.replace('i', 'і'),
      iss.replace('s', 'ѕ'),
      iss.replace('w', 'ｗ'),
      iss.replace('.', '。'),
    ],
    ...[
      iss.replace('c', 'с'),
      `\ufeff${iss}`,
      `${iss}\u200b`,
      iss.replace('/', '\u2215'),
      iss.normalize('NFD').replace('o', 'o\u0301'),
    ],
  ]
  // The issuer of the other version, for this version's token.
  const swapped = ver === '2.0' ? `https://sts.windows.net/${tid}/` : `https://login.microsoftonline.com/${tid}/v2.0`
  const iss2 = random.pick<unknown>([...strings.filter((each) => each !== iss), swapped, [iss], { iss }, ...wrongTypes])
  return remade(issuer, (claims) => ({ ...claims, tid, ver, iss: iss2 }))
}

/** Names that look like the API's. */
export function otherAudience(issuer: Issuer): string {
  const { random } = issuer
  const uri = `api://${apiId}`
  const strings = [
    ...[
      apiId.toUpperCase(),
      uri.toUpperCase(),
      `API://${apiId}`,
      `${uri}/`,
      `${apiId}/`,
      ` ${apiId}`,
      `${apiId} `,
      `${apiId}\n`,
    ],
    ...[
      `spn:${apiId}`,
      `${uri}/Files.Read`,
      `${uri}/.default`,
      `https://${apiId}`,
      `api:/${apiId}`,
      `api:${apiId}`,
      `{${apiId}}`,
    ],
    ...[
      apiId.replaceAll('-', ''),
      apiId.slice(0, -1),
      apiId.slice(1),
      `${apiId}0`,
      `${apiId},${clientId}`,
      `${apiId} ${clientId}`,
    ],
    ...[
      clientId,
      guid(random),
      'api://other',
      'https://storage.azure.com',
      'https://management.azure.com/',
      'https://graph.microsoft.com',
    ],
    ...[
      '00000003-0000-0000-c000-000000000000',
      '00000002-0000-0000-c000-000000000000',
      'https://graph.windows.net',
      '*',
      'any',
      'null',
    ],
    ...[
      apiId.replace('e', 'е'),
      apiId.replace('-', '‐'),
      apiId.replace('-', '－'),
      `\ufeff${apiId}`,
      `${apiId}\u200b`,
      `${apiId}\u0000`,
    ],
  ]
  const lists = [[apiId], [uri], [apiId, clientId], [[apiId]], { 0: apiId }, { aud: apiId }]
  const aud = random.pick<unknown>([...strings, ...lists, ...wrongTypes])
  return remade(issuer, (claims) => ({ ...claims, aud }))
}

/** Tenants that are not served, and pairs of `iss` and `tid` that do not belong together. */
export function otherTenant(issuer: Issuer): string {
  const { random } = issuer
  return remade(issuer, (claims) => {
    const { iss, tid } = claims as { iss: string; tid: string }
    const strange = random.pick([
      strangeTenant,
      guid(random),
      '9188040d-6c67-4c5b-b112-36a304b66dad',
      '00000000-0000-0000-0000-000000000000',
    ])
    const moved = iss.replace(tid, strange)
    const tids = [
      tid.toUpperCase(),
      `{${tid}}`,
      ` ${tid}`,
      `${tid} `,
      tid.replaceAll('-', ''),
      `${tid}/v2.0`,
      'common',
      'contoso.onmicrosoft.com',
      [tid],
      { tid },
    ]
    return random.pick<Members>([
      { ...claims, iss: moved, tid: strange },
      { ...claims, iss: moved },
      { ...claims, tid: strange },
      { ...claims, tid: random.pick<unknown>([...tids, ...wrongTypes]) },
      { ...claims, iss: iss.replace(tid, tid.toUpperCase()), tid: tid.toUpperCase() },
      { ...claims, iss: iss.replace(tid, 'common'), tid: 'common' },
    ])
  })
}

/** Tokens that are over, or not valid yet, or say neither. */
export function otherTime(issuer: Issuer): string {
  const { random, now } = issuer
  const past = now - 1 - random.below(1e6)
  // A minute on, so that no machine is slow enough to make it true.
  const future = now + 3600 + random.below(1e6)
  const noTime: readonly unknown[] = [
    String(future),
    `${future}`,
    new Date(future * 1000).toISOString(),
    [future],
    { exp: future },
    '1e99',
    ...wrongTypes.filter((each) => each !== 0 && each !== 1),
  ]
  return remade(issuer, (claims) =>
    random.pick<Members>([
      { ...claims, exp: past },
      { ...claims, exp: now },
      { ...claims, exp: random.pick([0, 1, -future, -1]) },
      { ...claims, exp: random.pick(noTime) },
      { ...claims, nbf: future, exp: future + 60 },
      { ...claims, nbf: future * 1000 },
      { ...claims, nbf: random.pick(noTime) },
      { ...claims, iat: future, exp: future + 60 },
      { ...claims, iat: random.pick(noTime) },
      { ...claims, exp: past, expires_in: 3600, ext_exp: future },
    ]),
  )
}

/** ID tokens, tokens for Graph, tokens of another kind, and claims of another type. */
export function otherType(issuer: Issuer): string {
  const { random } = issuer
  return remade(issuer, (claims) => {
    const isUser = claims.scp !== undefined
    const { azp: _, appid: __, azpacr: ___, appidacr: ____, ...withoutClient } = claims
    const name = isUser ? 'scp' : 'roles'
    const bad = wrongTypes.filter(
      (each) => each !== undefined && !(Array.isArray(each) && each.length === 0) && each !== '',
    )
    return random.pick<Members>([
      { ...withoutClient, nonce: 'x' },
      withoutClient,
      { ...withoutClient, roles: ['Files.Read.All'], scp: undefined },
      { ...withoutClient, [claims.ver === '2.0' ? 'appid' : 'azp']: clientId },
      { ...claims, [random.pick(['nonce', 'at_hash', 'c_hash'])]: 'x' },
      {
        ...claims,
        ver: random.pick<unknown>([
          '1',
          '2',
          '3.0',
          1,
          2,
          'v2.0',
          claims.ver === '2.0' ? '1.0' : '2.0',
          [claims.ver],
          ...wrongTypes,
        ]),
      },
      { ...claims, sub: random.pick(bad.filter((each) => each !== ' ')) },
      { ...claims, sub: undefined },
      { ...claims, sub: '' },
      { ...claims, oid: random.pick(bad.filter((each) => typeof each !== 'string')) },
      { ...claims, [name]: random.pick(bad.filter((each) => each !== ' ')) },
      {
        ...claims,
        [claims.ver === '2.0' ? 'azp' : 'appid']: random.pick<unknown>([
          ...bad.filter((each) => typeof each !== 'string'),
          '',
        ]),
      },
      { ...claims, cnf: random.pick<unknown>([{ jkt: 'x' }, { 'x5t#S256': 'x' }, { jwk: {} }, {}, null]) },
      { ...claims, idtyp: random.pick<unknown>(['device', 'App', 'USER', '', 0, ['app'], null]) },
      // A user's token in the place of an application's, and the reverse.
      ...(isUser
        ? [
            { ...claims, scp: undefined, roles: ['Files.Read.All'] },
            { ...claims, scp: undefined, idtyp: 'user', oid: claims.sub, roles: ['Files.Read.All'] },
            { ...claims, scp: undefined, oid: undefined, roles: ['Files.Read.All'] },
            { ...claims, scp: 'Files.Write', roles: ['Files.Read.All'] },
            { ...claims, idtyp: 'app' },
          ]
        : [
            { ...claims, roles: undefined },
            { ...claims, roles: [] },
            { ...claims, roles: ['Files.Read'], scp: '' },
            { ...claims, roles: undefined, scp: ' ', idtyp: 'app' },
            { ...claims, scp: 'Files.Read', idtyp: 'app' },
            { ...claims, oid: guid(random), idtyp: undefined },
          ]),
    ])
  })
}

/** Another case: of names, and of values that are compared. */
export function otherCase(issuer: Issuer): string {
  const { random } = issuer
  return remade(issuer, (claims) => {
    const entries = Object.entries(claims)
    const needed = [
      'aud',
      'iss',
      'tid',
      'exp',
      'nbf',
      'iat',
      'sub',
      'ver',
      claims.ver === '2.0' ? 'azp' : 'appid',
      claims.scp === undefined ? 'roles' : 'scp',
    ]
    const target = random.pick(needed)
    const change = random.pick([
      (name: string) => name.toUpperCase(),
      (name: string) => name.charAt(0).toUpperCase() + name.slice(1),
      (name: string) => ` ${name}`,
      (name: string) => `${name}\u0000`,
      (name: string) =>
        name
          .replace('a', 'а')
          .replace('s', 'ѕ')
          .replace('i', 'і')
          .replace('e', 'е')
          .replace('x', 'х')
          .replace('n', 'ｎ'),
    ])
    const renamed = entries.map(([name, value]) => [name === target ? change(name) : name, value] as const)
    const values: readonly Members[] = [
      { ...claims, ...(claims.scp === undefined ? { roles: ['files.read.all'] } : { scp: 'files.read' }) },
      { ...claims, ...(claims.scp === undefined ? { roles: ['FILES.READ.ALL '] } : { scp: 'FILES.READ' }) },
      {
        ...claims,
        ...(claims.scp === undefined ? { roles: ['Files.Read.All,Other'] } : { scp: 'Files.Read,Files.Write' }),
      },
      { ...claims, ...(claims.scp === undefined ? { roles: ['Files.Read.A'] } : { scp: 'Files.ReadWrite' }) },
    ]
    return random.chance(0.7) ? Object.fromEntries(renamed) : random.pick(values)
  })
}

/** The issuer signs a good token's claims with a change. */
function remade(issuer: Issuer, change: (claims: Members) => Members): string {
  const { header, claims } = goodDraft(issuer)
  return signed(issuer.key, header, change(claims))
}
