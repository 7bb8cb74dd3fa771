import { listening, read, type StandIn } from './stand-ins.ts'

/**
 * SQL Server's protocol (MS-TDS 7.4), as far as one question goes after a sign-in with a token: the server names the resource
 * (FEDAUTHINFO), and the client answers with a token for it.
 */
export function startSqlServer(user: string, resource: string): Promise<StandIn> {
  return listening((socket, passwords) => {
    let received = Buffer.alloc(0)
    read(socket, (data) => {
      received = Buffer.concat([received, data])
      for (let next = messageIn(received); next !== undefined; next = messageIn(received)) {
        received = received.subarray(next.size)
        if (next.kind === kind.prelogin) socket.write(response(prelogin))
        if (next.kind === kind.login) socket.write(response(federatedSignIn(resource)))
        if (next.kind === kind.token) {
          passwords.push(next.body.subarray(8).toString('utf16le'))
          socket.write(response(signedIn, done))
        }
        // A batch sets what the driver wants of the session; questions come as calls of sp_executesql.
        if (next.kind === kind.batch) socket.write(response(done))
        if (next.kind === kind.call) socket.write(response(rowOf('name', user), done))
      }
    })
  })
}

const kind = { batch: 1, call: 3, token: 8, login: 16, prelogin: 18 }

interface Message {
  kind: number
  body: Buffer
  /** With its headers. */
  size: number
}

/** The first message if it is here whole: packets of at most 4 kB, of which the last says so. */
function messageIn(data: Buffer): Message | undefined {
  const bodies: Buffer[] = []
  for (let at = 0; data.length >= at + 8; ) {
    const end = at + data.readUInt16BE(at + 2)
    if (data.length < end) return undefined
    bodies.push(data.subarray(at + 8, end))
    const isLast = ((data[at + 1] ?? 0) & 1) === 1
    if (isLast) return { kind: data[0] ?? 0, body: Buffer.concat(bodies), size: end }
    at = end
  }
  return undefined
}

/** Version, encryption (not supported), and that a token is wanted: where each is, how long it is, and what it is. */
const prelogin = Buffer.from([...[0, 0, 16, 0, 6, 1, 0, 22, 0, 1, 6, 0, 23, 0, 1, 0xff], ...[16, 0, 0, 0, 0, 0, 2, 1]])

/** FEDAUTHINFO: where to get a token, and for what. */
function federatedSignIn(resource: string): Buffer {
  const [sts, spn] = [utf16('https://login.microsoftonline.com/common'), utf16(resource)]
  const offset = 4 + 2 * 9
  const [first, second] = [
    Buffer.concat([Buffer.from([1]), uint32(sts.length), uint32(offset)]),
    Buffer.concat([Buffer.from([2]), uint32(spn.length), uint32(offset + sts.length)]),
  ]
  const data = Buffer.concat([uint32(2), first, second, sts, spn])
  return Buffer.concat([Buffer.from([0xee]), uint32(data.length), data])
}

/** LOGINACK, with the version of the protocol. */
const signedIn = ((): Buffer => {
  const data = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), shortText('Stand-in'), Buffer.from([16, 0, 0, 0])])
  return Buffer.concat([Buffer.from([0xad]), uint16(data.length), data])
})()

const done = Buffer.concat([Buffer.from([0xfd]), Buffer.alloc(12)])

/** COLMETADATA of one NVARCHAR(128), and its ROW. */
function rowOf(column: string, value: string): Buffer {
  const type = Buffer.concat([Buffer.from([0xe7]), uint16(256), Buffer.from([0x09, 0x04, 0xd0, 0, 0x34])])
  const columns = Buffer.concat([Buffer.from([0x81]), uint16(1), uint32(0), uint16(0), type, shortText(column)])
  return Buffer.concat([columns, Buffer.from([0xd1]), uint16(value.length * 2), utf16(value)])
}

function response(...tokens: Buffer[]): Buffer {
  const body = Buffer.concat(tokens)
  const header = Buffer.from([4, 1, 0, 0, 0, 0, 1, 0])
  header.writeUInt16BE(body.length + 8, 2)
  return Buffer.concat([header, body])
}

function utf16(value: string): Buffer {
  return Buffer.from(value, 'utf16le')
}

function shortText(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), utf16(value)])
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16LE(value)
  return buffer
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}
