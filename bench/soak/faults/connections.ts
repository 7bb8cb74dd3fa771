import { type Body, type Exchange, type Fault, goodBody, send, well } from './exchange.ts'

/** Longer than the library waits for an answer, in milliseconds. */
const forGood = 45_000

function reset({ response }: Exchange): void {
  const { socket } = response
  if (socket !== null && 'resetAndDestroy' in socket) socket.resetAndDestroy()
}

/** What happens to the connection while an answer is awaited or comes. */
export const connections: Readonly<Record<string, Fault>> = {
  'reset before the answer': reset,
  'closed before the answer': ({ response }) => void response.socket?.destroy(),
  'reset amid the body': async (exchange) => {
    begin(exchange, JSON.stringify(goodBody(exchange, exchange.issue())), 0.5)
    await exchange.pause(20)
    reset(exchange)
  },
  'body cut short': async (exchange) => {
    begin(exchange, JSON.stringify(goodBody(exchange, exchange.issue())), 0.7)
    await exchange.pause(20)
    exchange.response.socket?.end()
  },
  'stall, then an answer': async (exchange) => {
    await exchange.pause(exchange.random.between(500, 12_000))
    await well(exchange)
  },
  'stall for good': async (exchange) => {
    await exchange.pause(forGood)
    exchange.response.socket?.destroy()
  },
  'slow body': async (exchange) => {
    const text = JSON.stringify(goodBody(exchange, exchange.issue()))
    const parts = 2 + exchange.random.below(6)
    exchange.response.writeHead(200, { 'content-type': 'application/json' })
    for (let part = 0; part < parts; part++) {
      exchange.response.write(text.slice((text.length * part) / parts, (text.length * (part + 1)) / parts))
      await exchange.pause(exchange.random.between(50, 900))
    }
    exchange.response.end()
  },
  // Both in one piece: a second answer that comes when the next request is on its way is its answer for any client.
  'answered twice': (exchange) => {
    const answers = [exchange.issue(), exchange.stranger()].map((issued) => rawAnswer(goodBody(exchange, issued)))
    exchange.response.socket?.end(answers.join(''))
  },
  'early hints first': async (exchange) => {
    exchange.response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    await exchange.pause(20)
    await well(exchange)
  },
  'closed after the answer': (exchange) =>
    send(exchange, 200, goodBody(exchange, exchange.issue()), { connection: 'close' }),
}

function rawAnswer(body: Body): string {
  const text = JSON.stringify(body)
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`
}

/** Sends the head of an answer and a part of its body. */
function begin({ response }: Exchange, text: string, part: number): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
  response.write(text.slice(0, Math.floor(text.length * part)))
}
