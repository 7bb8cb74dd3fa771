import { type Fault, goodBody, send } from './exchange.ts'

/** Answers of 200 that hold no token, or hold one oddly. */
export const bodies: Readonly<Record<string, Fault>> = {
  'empty 200': (exchange) => send(exchange, 200, ''),
  'HTML 200': (exchange) => send(exchange, 200, '<html><body>Please accept the terms of this network.</body></html>'),
  'JSON cut': (exchange) => {
    const text = JSON.stringify(goodBody(exchange, exchange.issue()))
    send(exchange, 200, text.slice(0, -12), { 'content-type': 'application/json' })
  },
  'JSON that is a list': (exchange) => send(exchange, 200, [goodBody(exchange, exchange.issue())]),
  'no access_token': (exchange) => {
    const { access_token: _, ...rest } = goodBody(exchange, exchange.issue())
    send(exchange, 200, rest)
  },
  'token with a line break': (exchange) => {
    const body = goodBody(exchange, exchange.issue())
    send(exchange, 200, { ...body, access_token: `${body.access_token}\r\nX-More: 1` })
  },
  'another token_type': (exchange) =>
    send(exchange, 200, { ...goodBody(exchange, exchange.issue()), token_type: 'mac' }),
  'wrong content type': (exchange) =>
    send(exchange, 200, goodBody(exchange, exchange.issue()), { 'content-type': 'text/plain' }),
  'no content type': (exchange) => {
    exchange.response.writeHead(200)
    exchange.response.end(JSON.stringify(goodBody(exchange, exchange.issue())))
  },
  'more than a mebibyte': (exchange) => send(exchange, 200, 'x'.repeat(1_200_000)),
}
