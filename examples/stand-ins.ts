import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A server that is not there for its own sake: it says what it was shown as a password. */
export interface StandIn {
  port: number
  /** The passwords with which clients have signed in, in order. */
  passwords: string[]
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * PostgreSQL's protocol (version 3), as far as signing in by a password in clear text and one question go, which comes in one message
 * (`Q`) or in the five of a prepared statement.
 */
export function startPostgres(user: string): Promise<StandIn> {
  const column = Buffer.concat([int16(1), text('name'), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)])
  const row = Buffer.concat([int16(1), int32(user.length), Buffer.from(user)])
  const rows = Buffer.concat([message('D', row), message('C', text('SELECT 1'))])
  const answers: Record<string, Buffer> = {
    p: Buffer.concat([message('R', int32(0)), ready]),
    Q: Buffer.concat([message('T', column), rows, ready]),
    P: message('1', Buffer.alloc(0)),
    D: Buffer.concat([message('t', int16(0)), message('T', column)]),
    B: message('2', Buffer.alloc(0)),
    E: rows,
    S: ready,
  }
  return listening((socket, passwords) => {
    let hasStarted = false
    read(socket, (data) => {
      if (!hasStarted) {
        hasStarted = true
        socket.write(message('R', int32(3)))
        return
      }
      for (const { kind, body } of messagesIn(data)) {
        if (kind === 'p') passwords.push(body.subarray(0, -1).toString())
        socket.write(answers[kind] ?? Buffer.alloc(0))
      }
    })
  })
}

function* messagesIn(data: Buffer): Generator<{ kind: string; body: Buffer }> {
  for (let at = 0; at < data.length; at += 1 + data.readInt32BE(at + 1)) {
    yield { kind: String.fromCharCode(data[at] ?? 0), body: data.subarray(at + 5, at + 1 + data.readInt32BE(at + 1)) }
  }
}

/** Redis's protocol (RESP 2), as far as a client needs it that signs in, keeps a value and asks for it. */
export function startRedis(): Promise<StandIn> {
  const values = new Map<string, string>()
  return listening((socket, passwords) => {
    read(socket, (data) => {
      for (const [command = '', ...args] of commandsIn(data.toString())) {
        socket.write(answerOf(command.toLowerCase(), args, values, passwords))
        if (command.toLowerCase() === 'quit') socket.end()
      }
    })
  })
}

function answerOf(command: string, args: readonly string[], values: Map<string, string>, passwords: string[]): string {
  // HELLO may sign in as well.
  if (command === 'auth' || args[1]?.toLowerCase() === 'auth') passwords.push(args.at(-1) ?? '')
  if (command === 'set') values.set(args[0] ?? '', args[1] ?? '')
  if (command === 'info') return bulk('redis_version:7.2.0\r\nloading:0\r\n')
  return command === 'get' ? bulk(values.get(args[0] ?? '') ?? '') : '+OK\r\n'
}

/** Azure OpenAI, as far as one answer goes: what it was shown is the key of the request. */
export async function startOpenAi(): Promise<StandIn> {
  const passwords: string[] = []
  const server = createHttpServer((request, response) => {
    passwords.push(request.headers.authorization?.replace('Bearer ', '') ?? '')
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'Hello.' } }] }))
  })
  return started(server, passwords)
}

/** A server on a port of its own, that is given each connection and where to note passwords. */
export function listening(serve: (socket: Socket, passwords: string[]) => void): Promise<StandIn> {
  const passwords: string[] = []
  return started(
    createServer((socket) => serve(socket, passwords)),
    passwords,
  )
}

async function started(server: Server, passwords: string[]): Promise<StandIn> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    passwords,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

/** What clients send here is small, and comes in one piece. */
export function read(socket: Socket, take: (data: Buffer) => void): void {
  socket.on('data', take).on('error', () => socket.destroy())
}

function commandsIn(text: string): string[][] {
  return text
    .split(/^\*\d+\r\n/m)
    .slice(1)
    .map((part) => [...part.matchAll(/\$\d+\r\n([\s\S]*?)\r\n/g)].map(([, word = '']) => word))
}

const bulk = (value: string): string => `$${Buffer.byteLength(value)}\r\n${value}\r\n`
const text = (value: string): Buffer => Buffer.from(`${value}\0`)
const message = (kind: string, body: Buffer): Buffer => Buffer.concat([Buffer.from(kind), int32(body.length + 4), body])
const ready = message('Z', Buffer.from('I'))

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeInt16BE(value)
  return buffer
}
