import type { ServerResponse } from 'node:http'
import { rightWall, trueNow } from '../clock.ts'
import { tokenText } from '../ledger.ts'
import type { Random } from '../random.ts'
import type { Issued, Purpose } from '../token.ts'

/** What a request asked for, read from its address, form and headers. */
export interface Asked extends Purpose {
  /** Entra ID's endpoint, or a host of managed identities. */
  kind: 'entra' | 'host'
  /** The number in the claims challenge; empty without one. */
  challenge: string
  /** The credential that sent it, by its user agent. */
  instance: string
  /** Whether a refresh token belongs into the answer. */
  isOfUser: boolean
}

/** One request, and all that a fault needs to answer it. */
export interface Exchange {
  asked: Asked
  response: ServerResponse
  random: Random
  /** Issues a token, with a life of its own if none is given, in milliseconds. */
  issue(lifeMs?: number): Issued
  /** The last token once more, or a new one. */
  again(): Issued
  /** A token that is somebody else's, to be found out if it is taken. */
  stranger(): Issued
  /** Waits, but for what is left of the run at most. */
  pause(milliseconds: number): Promise<void>
}

/** One way to answer a request. */
export type Fault = (exchange: Exchange) => void | Promise<void>

export type Body = Record<string, unknown>

/** The answer that each kind of service gives when nothing is wrong. */
export function goodBody({ asked, random }: Exchange, issued: Issued): Body {
  const seconds = Math.floor((issued.end - trueNow()) / 1000)
  const token = { token_type: 'Bearer', access_token: tokenText(issued) }
  if (asked.kind === 'entra') {
    const refresh = asked.isOfUser && random.chance(0.5) ? { refresh_token: `refresh.${asked.user}` } : {}
    return { ...token, expires_in: seconds, ext_expires_in: seconds, ...refresh }
  }
  return { ...token, expires_in: String(seconds), expires_on: String(endOnWall(issued)), resource: resourceOf(asked) }
}

/** The end of a token in seconds since the epoch, by a clock that is off by `skewMs`. */
export function endOnWall(issued: Issued, skewMs = 0): number {
  return Math.floor((rightWall() + skewMs + issued.end - trueNow()) / 1000)
}

function resourceOf({ scope }: Purpose): string {
  return scope.replace(/\/\.default$/, '')
}

/** Sends a whole answer. `Date` is the true time unless a header says otherwise. */
export function send(
  { response }: Exchange,
  status: number,
  body: Body | string | readonly unknown[],
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8'
  response.writeHead(status, { 'content-type': type, date: dateHeader(), ...headers })
  response.end(text)
}

/** The header `Date` of a service whose clock is off by so much. */
export function dateHeader(skewMs = 0): string {
  return new Date(rightWall() + skewMs).toUTCString()
}

/** Nothing is wrong. */
export const well: Fault = (exchange) => send(exchange, 200, goodBody(exchange, exchange.issue()))
