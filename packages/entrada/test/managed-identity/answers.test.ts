import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expirySeconds } from '../../src/managed-identity/expiry.ts'
import { readAnswer } from '../../src/managed-identity/read-answer.ts'
import { clientId, objectId, resource, resourceId, start, tokenBody } from './stand-in.ts'

const at = (year: number, month: number, ...rest: number[]): number => Date.UTC(year, month - 1, ...rest) / 1000

test.each<[string, unknown, unknown]>([
  ['seconds as text', '1560999478', '1560999478'],
  ['seconds as a number', 1560999478, 1560999478],
  ['App Service of 2017, 24 hours', '06/20/2019 02:57:58 +00:00', at(2019, 6, 20, 2, 57, 58)],
  ['the same in the afternoon', '06/20/2019 14:57:58 +00:00', at(2019, 6, 20, 14, 57, 58)],
  ['12 hours, morning', '1/16/2020 5:24:12 AM +00:00', at(2020, 1, 16, 5, 24, 12)],
  ['12 hours, evening', '12/31/2020 11:59:59 PM +00:00', at(2020, 12, 31, 23, 59, 59)],
  ['midnight', '1/16/2020 12:24:12 AM +00:00', at(2020, 1, 16, 0, 24, 12)],
  ['noon', '1/16/2020 12:24:12 PM +00:00', at(2020, 1, 16, 12, 24, 12)],
  ['blanks around it', ' 1/16/2020 12:24:12 PM +00:00 ', at(2020, 1, 16, 12, 24, 12)],
  ['ISO 8601', '2026-07-01T12:00:00Z', at(2026, 7, 1, 12)],
  ['ISO 8601 with a fraction', '2026-07-01T12:00:00.5000000Z', at(2026, 7, 1, 12) + 0.5],
  ['ISO 8601 ahead of UTC', '2026-07-01T12:00:00+02:30', at(2026, 7, 1, 9, 30)],
  ['ISO 8601 behind UTC', '2026-07-01T12:00:00-01:00', at(2026, 7, 1, 13)],
  ['ISO 8601 without a zone', '2026-07-01T12:00:00', at(2026, 7, 1, 12)],
])('a time of %s is read as UTC', (_, value, seconds) => {
  expect(expirySeconds(value)).toBe(seconds)
})

test.each([
  '13/20/2019 02:57:58 +00:00',
  '02/30/2019 02:57:58 +00:00',
  '06/20/2019 25:57:58 +00:00',
  '06/20/2019 02:61:58 +00:00',
  '06/20/2019 02:57:61 +00:00',
  '06/20/2019 02:57:58 +02:00',
  '20.06.2019 02:57:58',
  '24 juin 2026 12:00:00',
  '2026-02-30T00:00:00Z',
  '2026-07-01T24:00:00Z',
  '2026-07-01',
  'Wed, 01 Jul 2026 12:00:00 GMT',
])('%s is not a time', (value) => {
  expect(expirySeconds(value)).toBe(value)
})

describe('an answer', () => {
  const read = (more: Record<string, unknown>, id?: Parameters<typeof readAnswer>[1]['id']) =>
    readAnswer(JSON.stringify(tokenBody(more)), { id, resource, requestedAt: start })

  test('tells when its token ends, by either field', () => {
    const expiresAt = start + 86_400_000
    expect(read({})).toMatchObject({ token: { token: 'the-token', expiresAt, tokenType: 'Bearer' } })
    expect(read({ expires_on: undefined })).toMatchObject({ token: { expiresAt } })
    expect(read({ expires_in: undefined })).toMatchObject({ token: { expiresAt } })
    expect(read({ expires_on: '' })).toMatchObject({ token: { expiresAt } })
    expect(read({ expires_on: 0 })).toMatchObject({ token: { expiresAt } })
    expect(read({ expires_on: '1/1/2026 1:00:00 AM +00:00' })).toMatchObject({ token: { expiresAt: start + 3600_000 } })
    expect(read({ expires_on: '2026-01-01T01:00:00Z', expires_in: '7' })).toMatchObject({
      token: { expiresAt: start + 7000 },
    })
    expect(read({ expires_on: start + 86_400_000 })).toMatchObject({ token: { expiresAt } })
  })

  test('may say when to refresh, and never brings a refresh token', () => {
    expect(read({ refresh_in: 600, refresh_token: 'refresh' })).toEqual({
      token: {
        token: 'the-token',
        expiresAt: start + 86_400_000,
        refreshAt: start + 600_000,
        tokenType: 'Bearer',
      },
    })
  })

  test.each<[string, Record<string, unknown>]>([
    ['no token', { access_token: undefined }],
    ['an empty token', { access_token: '' }],
    ['a token that no header can carry', { access_token: 'a\r\nb' }],
    ['a token that is an object', { access_token: {} }],
    ['another type', { token_type: 'pop' }],
    ['an empty type', { token_type: '' }],
    ['a type that is a number', { token_type: 7 }],
    ['no life', { expires_on: undefined, expires_in: undefined }],
    ['a life that has ended', { expires_on: String(start / 1000 - 1), expires_in: undefined }],
    ['a life in milliseconds', { expires_on: String(start + 86_400_000), expires_in: undefined }],
    ['a negative life', { expires_on: -5, expires_in: undefined }],
    ['a life that ends as it begins', { expires_on: undefined, expires_in: 5e-324 }],
    ['a text of a life that ends as it begins', { expires_on: undefined, expires_in: '5e-324' }],
    ['a life of less than a second', { expires_on: undefined, expires_in: '0.999' }],
    ['an end that comes within a second', { expires_on: start / 1000 + 0.5, expires_in: undefined }],
    ['a date that comes within a second', { expires_on: '2026-01-01T00:00:00.5Z', expires_in: undefined }],
    ['a life of 10^20', { expires_on: 1e20, expires_in: undefined }],
    ['a life that is a list', { expires_on: [1], expires_in: undefined }],
    ['a date that is none', { expires_on: '02/30/2026 02:57:58 +00:00', expires_in: undefined }],
  ])('with %s brings no token', (_, more) => {
    expect(read(more)).toEqual({ malformed: expect.any(String) })
  })

  test.each(['', 'null', '[]', '"token"', '<html>', '{"access_token":', '7'])('that is %j brings no token', (text) => {
    expect(readAnswer(text, { id: undefined, resource, requestedAt: start })).toEqual({ malformed: expect.any(String) })
  })

  test.each([
    ['clientId', clientId, { client_id: clientId.toUpperCase() }],
    ['objectId', objectId, { object_id: objectId, client_id: 'its client id, which is another thing' }],
    ['resourceId', resourceId, { mi_res_id: resourceId.toLowerCase() }],
    ['resourceId', resourceId, { msi_res_id: resourceId, client_id: clientId }],
    ['clientId', clientId, {}],
    ['clientId', clientId, { client_id: '' }],
  ] as const)('of the right %s, in whatever case, is taken', (kind, value, more) => {
    expect(read(more, { kind, value })).toHaveProperty('token')
  })

  test.each([
    ['clientId', clientId, { client_id: objectId }],
    ['clientId', clientId, { client_id: {} }],
    ['clientId', clientId, { client_id: false }],
    ['objectId', objectId, { object_id: clientId }],
    ['resourceId', resourceId, { mi_res_id: `${resourceId}x` }],
    ['resourceId', resourceId, { msi_res_id: `${resourceId}x` }],
    ['resourceId', resourceId, { mi_res_id: resourceId, msi_res_id: `${resourceId}x` }],
  ] as const)('of another %s is refused', (kind, value, more) => {
    expect(read(more, { kind, value })).toEqual({ mismatch: expect.stringContaining(value) })
  })

  test('may write its resource with a slash more or less, and in any case, but no other', () => {
    for (const echo of [`${resource}/`, resource.toUpperCase(), `${resource}//`, '', undefined]) {
      expect(read({ resource: echo })).toHaveProperty('token')
    }
    for (const echo of ['https://vault.azure.net', `${resource}.evil`, 7, {}]) {
      expect(read({ resource: echo })).toEqual({ mismatch: expect.stringContaining(resource) })
    }
  })
})

test('whatever a host answers, there is a token of the identity or a reason, and the reason repeats no token', () => {
  const field = fc.oneof(
    fc.constantFrom('secret-token', clientId, objectId, resource, 'Bearer', '', '0', -1, 1e300, null, true, [], {}),
    fc.string(),
    fc.double(),
    fc.integer({ min: 1, max: 100_000 }),
    fc.integer({ min: start / 1000, max: start / 1000 + 100_000 }).map(String),
  )
  const names = ['access_token', 'expires_on', 'expires_in', 'refresh_in', 'token_type', 'resource', 'client_id']
  const bodies = fc.dictionary(fc.constantFrom(...names), field).map((body) => JSON.stringify(body))
  const id = { kind: 'clientId', value: clientId } as const
  fc.assert(
    fc.property(fc.oneof(bodies, fc.json(), fc.string()), (text) => {
      const read = readAnswer(text, { id, resource, requestedAt: start })
      if (!('token' in read)) {
        expect(JSON.stringify(read)).not.toContain('secret-token')
        return
      }
      const body = JSON.parse(text) as Record<string, unknown>
      expect(read.token.token).toBe(body.access_token)
      expect(read.token.token).toMatch(/^[\x21-\x7e]+$/)
      expect(read.token.expiresAt).toBeGreaterThanOrEqual(start + 1000)
      expect([clientId, '', null, undefined]).toContain(body.client_id)
    }),
    { numRuns: 2000 },
  )
})
