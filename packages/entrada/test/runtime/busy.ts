import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A server in a thread of its own, which answers while this thread is busy. */
export interface BusyPeer {
  port: number
  /** Resolves when the peer has been asked; it answers when this thread is held. */
  asked(): Promise<void>
  /** Holds this thread, event loop and all, for so long and until the peer has answered. */
  hold(milliseconds: number): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Places in the memory that both threads share. */
const [isAsked, mayAnswer, hasAnswered] = [0, 1, 2]

/** Answers its first request with a text. */
export async function startBusyPeer(answer: string): Promise<BusyPeer> {
  const shared = new Int32Array(new SharedArrayBuffer(12))
  const worker = new Worker(
    `const { parentPort, workerData: { shared, answer } } = require('node:worker_threads')
    require('node:net').createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => {
        Atomics.store(shared, ${isAsked}, 1)
        Atomics.wait(shared, ${mayAnswer}, 0, 30_000)
        socket.write(answer, () => {
          Atomics.store(shared, ${hasAnswered}, 1)
          Atomics.notify(shared, ${hasAnswered})
        })
      })
    }).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port) })`,
    { eval: true, workerData: { shared, answer } },
  )
  const [port] = (await once(worker, 'message')) as [number]
  return {
    port,
    async asked() {
      while (Atomics.load(shared, isAsked) === 0) await new Promise((resolve) => setImmediate(resolve))
    },
    hold(milliseconds) {
      const end = performance.now() + milliseconds
      Atomics.store(shared, mayAnswer, 1)
      Atomics.notify(shared, mayAnswer)
      if (Atomics.wait(shared, hasAnswered, 0, 30_000) === 'timed-out') throw new Error('the peer did not answer')
      while (performance.now() < end);
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
