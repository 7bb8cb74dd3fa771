import { afterAll, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, disabledClientId, refusedClientId, start, tenantId } from './contoso.ts'
import { goodRequest, type RecordedRequest, replay } from './msal-request.ts'
import { refusalOf } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso, now: () => start + 2 * 86_400_000 })
afterAll(() => emulator.close())

type Edit = (request: RecordedRequest) => void

const set =
  (name: string, value: string): Edit =>
  ({ form }) =>
    form.set(name, value)

const remove =
  (name: string): Edit =>
  ({ form }) =>
    form.delete(name)

const move =
  (from: string, to: string): Edit =>
  ({ url }) => {
    url.pathname = url.pathname.replace(from, to)
  }

const stranger = '12345678-1234-4234-8234-123456789abc'
const zeros = '00000000-0000-0000-0000-000000000000'
const twoResources = 'https://a.example/.default https://b.example/.default'
const json: Edit = ({ headers }) => headers.set('content-type', 'application/json')

/** What is altered · how · OAuth error · AADSTS code · part of the sentence. */
const altered: [string, Edit, string, number, string][] = [
  ['a wrong secret', set('client_secret', 'x'), 'invalid_client', 7000215, 'Invalid client secret provided. Ensure'],
  ['an expired secret', set('client_secret', 'short-lived'), 'invalid_client', 7000222, 'are expired. Visit'],
  ['no credential', remove('client_secret'), 'invalid_client', 7000216, "for the 'client_credentials' grant type"],
  [
    'an assertion beside a secret',
    set('client_assertion', 'e30.e30.e30'),
    'invalid_request',
    9002324,
    'more than one client credential',
  ],
  [
    'an assertion of no type',
    ({ form }) => {
      form.delete('client_secret')
      form.set('client_assertion', 'e30.e30.e30')
    },
    'invalid_request',
    900144,
    'client_assertion_type',
  ],
  ['no client_id', remove('client_id'), 'invalid_request', 900144, "parameter: 'client_id'"],
  ['an unknown app', set('client_id', stranger), 'unauthorized_client', 700016, `'${stranger}' was not found`],
  ['a client_id that is no GUID', set('client_id', 'my app'), 'unauthorized_client', 700016, "'my app' was not found"],
  ['an empty GUID as client_id', set('client_id', zeros), 'unauthorized_client', 700038, 'not a valid application'],
  ['a disabled app', set('client_id', disabledClientId), 'unauthorized_client', 7000112, '(disabled) is disabled'],
  ['an app under a policy', set('client_id', refusedClientId), 'invalid_grant', 53003, 'Conditional Access'],
  ['a tenant without the app', move(tenantId, 'fabrikam.example'), 'unauthorized_client', 700016, 'fabrikam.example'],
  ['an unknown tenant', move(tenantId, stranger), 'invalid_request', 90002, `Tenant '${stranger}' not found`],
  ['a malformed tenant', move(tenantId, 'nonsense'), 'invalid_request', 900023, "'nonsense' is neither a valid DNS"],
  ['/common', move(tenantId, 'common'), 'invalid_request', 50059, 'No tenant-identifying information'],
  ['/organizations', move(tenantId, 'organizations'), 'invalid_request', 50059, 'No tenant-identifying information'],
  ['no grant_type', remove('grant_type'), 'invalid_request', 900144, "parameter: 'grant_type'"],
  ['another grant_type', set('grant_type', 'magic'), 'unsupported_grant_type', 70003, "unsupported grant type 'magic'"],
  ['another content type', json, 'invalid_request', 900144, "parameter: 'grant_type'"],
  ['no scope', remove('scope'), 'invalid_request', 90014, "field 'scope' is missing"],
  ['an empty scope', set('scope', ' '), 'invalid_request', 90014, "field 'scope' is missing"],
  ['a scope of a user', set('scope', 'User.Read'), 'invalid_scope', 1002012, 'scope User.Read is not valid'],
  [
    'a malformed scope',
    set('scope', 'https://<x>/.default'),
    'invalid_scope',
    70011,
    'https://<x>/.default is not valid',
  ],
  ['two resources', set('scope', twoResources), 'invalid_scope', 28000, 'more than one resource'],
  ['an unknown resource', set('scope', 'api://no/.default'), 'invalid_resource', 500011, 'api://no was not found'],
  ['an unknown GUID', set('scope', `${stranger}/.default`), 'invalid_resource', 500011, `${stranger} was not found`],
  [
    'another resource at v2.0',
    set('resource', 'https://vault.azure.net'),
    'invalid_target',
    9010010,
    'resource parameter',
  ],
  [
    'a parameter that is there twice',
    ({ form }) => form.append('scope', form.get('scope') ?? ''),
    'invalid_request',
    9000411,
    "The parameter 'scope' is duplicated.",
  ],
  [
    'a parameter that is in the address twice',
    ({ url }) => (url.search = '?dc=a&dc=b'),
    'invalid_request',
    9000411,
    "'dc' is duplicated",
  ],
  ['proof of possession', set('token_type', 'pop'), 'invalid_request', 90023, "Unsupported 'token_type' value"],
  ['an SSH certificate', set('token_type', 'ssh-cert'), 'invalid_request', 90023, "Unsupported 'token_type' value"],
  ['a key to bind to', set('req_cnf', 'eyJraWQiOiJ4In0'), 'invalid_request', 90023, "Unsupported 'req_cnf' value"],
  ['a scope at v1', move('/v2.0/', '/'), 'invalid_request', 90014, "field 'resource' is missing"],
  ['claims that are not JSON', set('claims', '{oops'), 'invalid_request', 9002313, 'malformed or invalid'],
  ['claims that are no object', set('claims', '[]'), 'invalid_request', 9002313, 'malformed or invalid'],
]

test.for(altered)('MSAL’s own request is refused for %s', async ([, edit, error, code, text]) => {
  const request = await goodRequest(emulator)
  edit(request)
  const response = await replay(emulator, request)
  const body = await refusalOf(response)
  expect(response.status).toBe(error === 'invalid_client' ? 401 : 400)
  expect(body).toMatchObject({ error, error_codes: [code] })
  expect(body.error_description).toMatch(new RegExp(`^AADSTS${code}: `))
  expect(body.error_description).toContain(text)
})

test('MSAL’s own request is refused when it comes by GET', async () => {
  const { url, headers } = await goodRequest(emulator)
  const response = await emulator.fetch(url, { headers })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: 'invalid_request', error_codes: [900561] })
})
