import { listening, read, type StandIn } from './stand-ins.ts'

/**
 * MySQL's protocol (version 10), as far as one question goes after signing in as Azure Database for MySQL asks for it: the client
 * is switched to the plugin `mysql_clear_password`, and its answer is the token.
 */
export function startMysql(user: string): Promise<StandIn> {
  return listening((socket, passwords) => {
    let phase: 'greeted' | 'asked' | 'signed in' = 'greeted'
    socket.write(packet(0, greeting))
    read(socket, (data) => {
      const body = data.subarray(4)
      if (phase === 'greeted') {
        phase = 'asked'
        socket.write(packet(2, Buffer.from('\xfemysql_clear_password\0', 'latin1')))
      } else if (phase === 'asked') {
        phase = 'signed in'
        passwords.push(body.subarray(0, -1).toString())
        socket.write(packet(4, ok))
      } else if (body[0] === command.quit) socket.end()
      else if (body[0] === command.query) socket.write(rowOf('name', user))
    })
  })
}

const command = { quit: 1, query: 3 }
const ok = Buffer.from([0, 0, 0, 2, 0, 0, 0])
const endOfFile = Buffer.from([0xfe, 0, 0, 2, 0])
/** Connect with a database, protocol 4.1, secure connection; plugins. */
const capabilities = { low: 0x8208, high: 0x0008 }

const greeting = Buffer.concat([
  Buffer.from('\x0a8.0.0\0', 'latin1'),
  Buffer.from([1, 0, 0, 0]),
  Buffer.from('salt8888\0'),
  Buffer.from([capabilities.low & 0xff, capabilities.low >> 8, 45, 2, 0, capabilities.high, 0, 21]),
  Buffer.alloc(10),
  Buffer.from('salt12345678\0mysql_native_password\0'),
])

/** A result of one column and one row, in text. */
function rowOf(column: string, value: string): Buffer {
  const names = ['def', '', '', '', column, column].map(lengthEncoded)
  const definition = Buffer.concat([...names, Buffer.from([12, 45, 0, 255, 0, 0, 0, 253, 0, 0, 0, 0, 0])])
  const parts = [Buffer.from([1]), definition, endOfFile, lengthEncoded(value), endOfFile]
  return Buffer.concat(parts.map((part, index) => packet(index + 1, part)))
}

const lengthEncoded = (value: string): Buffer => Buffer.from(`${String.fromCharCode(value.length)}${value}`)

function packet(sequence: number, body: Buffer): Buffer {
  const header = Buffer.alloc(4)
  header.writeUIntLE(body.length, 0, 3)
  header[3] = sequence
  return Buffer.concat([header, body])
}
