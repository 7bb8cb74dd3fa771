import { expect, test } from 'vitest'
import { type AuditEntry, auditLine, auditLog } from '../../src/endpoint/audit.ts'
import { noon } from './started.ts'

const entry: AuditEntry = {
  at: noon,
  status: 200,
  family: 'app-service',
  resource: 'https://vault.azure.net',
  peer: '127.0.0.1:40312',
  milliseconds: 11.6,
}

test('a line says when, what, who and how long', () => {
  expect(auditLine(entry)).toBe(
    '2026-11-29T12:00:00.000Z 200 app-service https://vault.azure.net 127.0.0.1:40312 12 ms',
  )
})

test('what a client sends cannot break the line, colour the terminal or look like another field', () => {
  const forged = 'a 200 imds\n2026-11-29T12:00:00.000Z 200 \u001b[32m\u202e'
  const line = auditLine({ ...entry, status: 403, resource: forged, reason: `no ${forged}` })
  expect(line).toBe(
    '2026-11-29T12:00:00.000Z 403 app-service "a 200 imds 2026-11-29T12:00:00.000Z 200  [32m" 127.0.0.1:40312 12 ms: no a 200 imds 2026-11-29T12:00:00.000Z 200  [32m',
  )
  expect(auditLine({ ...entry, resource: 'x'.repeat(100_000) }).length).toBeLessThan(400)
})

test('refusals of one second are counted after the twentieth, and what is given is always written', () => {
  const lines: string[] = []
  const log = auditLog((line) => lines.push(line))
  for (let count = 0; count < 1000; count++) log({ ...entry, status: 403 })
  log(entry)
  log({ ...entry, at: noon + 1000 })
  expect(lines.filter((line) => line.includes(' 403 ')).length).toBe(20)
  expect(lines.filter((line) => line.includes(' 200 ')).length).toBe(2)
  expect(lines.at(-2)).toBe('980 more requests were refused in that second')
})
