import { rightWall } from '../clock.ts'
import { type Fault, send } from './exchange.ts'

const busy = { error: 'temporarily_unavailable', error_description: 'The service is busy. Try again later.' }

function refuse(status: number, headers: Record<string, string> = {}): Fault {
  return (exchange) => send(exchange, status, busy, headers)
}

/** The service is there, and says no, or says that somebody else should be asked. */
export const refusals: Readonly<Record<string, Fault>> = {
  '429': refuse(429),
  '429, Retry-After 1 s': refuse(429, { 'retry-after': '1' }),
  '429, Retry-After 3 years': refuse(429, { 'retry-after': '99999999' }),
  '429, Retry-After in words': refuse(429, { 'retry-after': 'soon, or -5' }),
  '429, Retry-After a date': (exchange) =>
    send(exchange, 429, busy, { 'retry-after': new Date(rightWall() + 2_000).toUTCString() }),
  '500': refuse(500),
  '503': refuse(503),
  '503, Retry-After 2 s': refuse(503, { 'retry-after': '2' }),
  '400 temporarily_unavailable': refuse(400),
  '502 in HTML': (exchange) => send(exchange, 502, '<html><title>502</title><h1>Bad Gateway</h1></html>'),
  'redirect 302': (exchange) => send(exchange, 302, '', { location: '/elsewhere' }),
  'redirect 307': (exchange) => send(exchange, 307, '', { location: '/elsewhere' }),
}
