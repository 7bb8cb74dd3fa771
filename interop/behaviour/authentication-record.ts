import type { Row } from './row.ts'
import { nameOfError } from './seen.ts'

const record = {
  authority: 'login.microsoftonline.com',
  homeAccountId: 'a8eb0000-0000-4000-8000-000000000003.7e57ab1e-0000-4000-8000-000000000001',
  clientId: '7e57ab1e-0000-4000-8000-0000000000c1',
  tenantId: '7e57ab1e-0000-4000-8000-000000000001',
  username: 'ada@contoso.example',
}
const text = JSON.stringify({ ...record, version: '1.0' })

/** The record of a sign-in, which programs write to a file. */
export const authenticationRecord: readonly Row[] = [
  {
    name: 'a record as text',
    see: ({ serializeAuthenticationRecord }) => JSON.parse(serializeAuthenticationRecord(record)).version,
    peer: undefined,
    ours: '1.0',
    onPurpose: '`serializeAuthenticationRecord` writes what it is given',
  },
  {
    name: 'a record from text',
    see: ({ deserializeAuthenticationRecord }) => ({ ...deserializeAuthenticationRecord(text) }),
    both: { ...record, version: '1.0' },
  },
  {
    name: 'a record there and back',
    see: ({ serializeAuthenticationRecord, deserializeAuthenticationRecord }) => {
      const again = deserializeAuthenticationRecord(serializeAuthenticationRecord(record))
      return [again.username, again.homeAccountId, again.tenantId, again.clientId, again.authority]
    },
    both: [record.username, record.homeAccountId, record.tenantId, record.clientId, record.authority],
  },
  {
    name: 'a record of another version',
    see: ({ deserializeAuthenticationRecord }) =>
      nameOfError(() => deserializeAuthenticationRecord(JSON.stringify({ ...record, version: '2.0' }))),
    both: 'Error',
  },
  {
    name: 'a record without a version',
    see: ({ deserializeAuthenticationRecord }) => deserializeAuthenticationRecord(JSON.stringify(record)).username,
    both: record.username,
  },
  {
    name: 'text that is no JSON in place of a record',
    see: ({ deserializeAuthenticationRecord }) => nameOfError(() => deserializeAuthenticationRecord('not JSON')),
    peer: 'SyntaxError',
    ours: 'TypeError',
    onPurpose: 'Text that is not a record',
  },
  {
    name: 'JSON that is no record in place of one',
    see: ({ deserializeAuthenticationRecord }) => nameOfError(() => deserializeAuthenticationRecord('{}')),
    peer: 'no error',
    ours: 'TypeError',
    onPurpose: 'Text that is not a record',
  },
  {
    name: 'a credential takes a record',
    see: ({ InteractiveBrowserCredential, deserializeAuthenticationRecord }) =>
      nameOfError(
        () => new InteractiveBrowserCredential({ authenticationRecord: deserializeAuthenticationRecord(text) }),
      ),
    both: 'no error',
  },
]
