import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { exchange } from '../../src/http/exchange.ts'
import { startTimer } from '../../src/runtime/timer.ts'
import { openNodeTransport } from '../http/exchanges.ts'
import { startBusyPeer } from './busy.ts'
import { localTools } from './local-tools.ts'

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test('a timer that fires late lets what has arrived be read first', async () => {
  await using peer = await startBusyPeer('here')
  const socket = connect(peer.port, '127.0.0.1')
  await once(socket, 'connect')
  const happened: string[] = []
  socket.on('data', (chunk) => happened.push(String(chunk)))
  const fired = new Promise<void>((resolve) => {
    socket.write('?')
    void peer.asked().then(() => {
      startTimer(20, () => {
        happened.push('timer')
        resolve()
      })
      peer.hold(60)
    })
  })
  await fired
  socket.destroy()
  expect(happened).toEqual(['here', 'timer'])
})

test('what arrives with the timer may cancel it', async () => {
  await using peer = await startBusyPeer('here')
  const socket = connect(peer.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('?')
  await peer.asked()
  let isFired = false
  const cancel = startTimer(20, () => {
    isFired = true
  })
  socket.on('data', cancel)
  peer.hold(60)
  await once(socket, 'data')
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  socket.destroy()
  expect(isFired).toBe(false)
})

test('a timer whose time is over still fires, and one that is cancelled does not', async () => {
  const fired: string[] = []
  const cancel = startTimer(1, () => fired.push('cancelled'))
  const done = new Promise<void>((resolve) => {
    startTimer(2, () => {
      fired.push('kept')
      resolve()
    })
  })
  cancel()
  await done
  expect(fired).toEqual(['kept'])
})

test('the exchange’s time-out does not drop an answer that lies in the socket of a busy program', async () => {
  await using peer = await startBusyPeer(answer)
  const { transport, close } = openNodeTransport()
  const url = `http://127.0.0.1:${peer.port}/`
  const asking = exchange(
    { method: 'GET', url, headers: {} },
    { transport, now: Date.now, monotonic: Date.now, timeoutMs: 2_000, signal: new AbortController().signal },
  )
  // The request has left: then this program computes something for longer than the limit.
  await peer.asked()
  peer.hold(2_100)
  expect((await asking).text).toBe('ok')
  close()
})

test('a tool’s time-out does not drop an answer that is complete', async () => {
  const run = await localTools()
  const running = run({ file: '/bin/echo', args: ['done'], timeoutMs: 200 })
  // The program has been started when this turn is over; it ends while this thread computes.
  await new Promise((resolve) => setImmediate(resolve))
  const end = performance.now() + 1_000
  while (performance.now() < end);
  expect(await running).toMatchObject({ code: 0, stdout: 'done\n', stopped: undefined })
})
