import type { ExpectedIdentity } from 'entrada'
import { usageFailure } from '../framework/failure.ts'

const fields = { tenant: 'tenantId', client: 'clientId', object: 'objectId', user: 'username' } as const

/** What all ids of Entra ID are. */
const guid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i

/** Reads `tenant=…,user=…`: whose tokens are given out, and nobody else's. */
export function readExpectation(text: string): ExpectedIdentity {
  const expected: ExpectedIdentity = {}
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    const [name, value] = [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()]
    if (!Object.hasOwn(fields, name) || value === '') throw misread(part)
    const field = fields[name as keyof typeof fields]
    if (expected[field] !== undefined || (name !== 'user' && !guid.test(value))) throw misread(part)
    expected[field] = value
  }
  return expected
}

function misread(part: string): Error {
  return usageFailure(
    `--expect ${JSON.stringify(part.trim().slice(0, 60))} cannot be understood.`,
    `Give tenant=ID, client=ID, object=ID (GUIDs) or user=NAME, each once, with commas between.`,
  )
}
