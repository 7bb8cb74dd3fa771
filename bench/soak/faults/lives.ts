import { trueNow } from '../clock.ts'
import { dateHeader, type Exchange, endOnWall, type Fault, goodBody, send } from './exchange.ts'

/** A good answer with some of its fields put otherwise. */
function withFields(fields: (exchange: Exchange, seconds: number) => Record<string, unknown>): Fault {
  return (exchange) => {
    const issued = exchange.issue()
    const seconds = Math.floor((issued.end - trueNow()) / 1000)
    send(exchange, 200, { ...goodBody(exchange, issued), ...fields(exchange, seconds) })
  }
}

/** Tokens whose life is short, or is told in an odd way. */
export const lives: Readonly<Record<string, Fault>> = {
  'expires within 3 s': (exchange) =>
    send(exchange, 200, goodBody(exchange, exchange.issue(exchange.random.between(1_100, 3_500)))),
  'expires_in as a string': withFields((_, seconds) => ({ expires_in: String(seconds) })),
  'expires_in with a fraction': withFields((_, seconds) => ({ expires_in: seconds - 0.25 })),
  'expires_in 0': withFields(() => ({ expires_in: 0, expires_on: undefined })),
  'expires_in of a century': withFields(() => ({ expires_in: 3_155_760_000, expires_on: undefined })),
  'refresh_in soon': withFields(() => ({ refresh_in: 2 })),
  'refresh_in after the end': withFields((_, seconds) => ({ refresh_in: seconds * 50 })),
  'refresh_in that is no number': withFields(() => ({ refresh_in: 'half of it' })),
  'the same token again': (exchange) => send(exchange, 200, goodBody(exchange, exchange.again())),
  'expires_on of a skewed clock': (exchange) => {
    const issued = exchange.issue()
    const skewMs = exchange.random.pick([-7_200_000, -30_000, 30_000, 7_200_000])
    const body = { ...goodBody(exchange, issued), expires_on: endOnWall(issued, skewMs) }
    send(exchange, 200, body, { date: dateHeader(skewMs) })
  },
  'expires_on and no expires_in': (exchange) => {
    const issued = exchange.issue()
    const { expires_in: _, ...body } = goodBody(exchange, issued)
    // Entra ID's endpoint has no such field, so there the plain answer stays.
    const isHost = exchange.asked.kind === 'host'
    send(exchange, 200, isHost ? { ...body, expires_on: String(endOnWall(issued)) } : goodBody(exchange, issued))
  },
}
