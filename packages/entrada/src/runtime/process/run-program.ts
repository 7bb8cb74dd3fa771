import { onAbort } from '../abort.ts'
import { startTimer } from '../timer.ts'
import { type Child, endTree, startChild } from './child.ts'
import type { Ended, Program, RunProgram } from './program.ts'

/** How long outputs may stay open after a program has ended, and how long to wait for a killed one to end. */
const graceMs = 500

/**
 * Functions that end the running programs, whoever started them. All share one listener for the process's exit, because
 * Node warns of a leak at the eleventh.
 */
const running: Set<() => void> = /* @__PURE__ */ new Set()

function endAll(): void {
  for (const end of running) end()
}

/** Runs a program on this machine. If it is still running when this process exits, it is killed. */
export const runProgram: RunProgram = async (program, signal) => {
  const child = await startChild(program, signal)
  const end = (): void => endTree(child, program.env)
  if (running.size === 0) globalThis.process?.on('exit', endAll)
  running.add(end)
  try {
    return await ended(child, program, signal, end)
  } finally {
    running.delete(end)
    if (running.size === 0) globalThis.process?.off('exit', endAll)
  }
}

/**
 * Waits for the program to end. Its outputs are read until they close, but not for long, because programs that it started
 * may hold them open for ever. Whatever goes wrong, the whole tree is killed and our ends of the outputs are closed.
 */
function ended(child: Child, program: Program, signal: AbortSignal, end: () => void): Promise<Ended> {
  const { timeoutMs, maximumBytes } = program
  return new Promise((resolve, reject) => {
    const outputs = [new Output(), new Output()] as const
    let stopped: Ended['stopped']
    let isSettled = false
    let stopGrace = (): void => undefined

    const settle = (act: () => void): void => {
      if (isSettled) return
      isSettled = true
      for (const stop of [stopTimer, stopGrace, forgetSignal]) stop()
      act()
    }
    const finish = (): void =>
      settle(() => {
        if (signal.aborted) return reject(signal.reason)
        const [stdout, stderr] = [outputs[0].text(), outputs[1].text()]
        resolve({ code: child.exitCode ?? undefined, stdout, stderr, stopped })
      })
    const kill = (): void => {
      // Nothing else may keep this process alive while it waits for the killed program to end.
      child.ref()
      end()
      child.stdout.destroy()
      child.stderr.destroy()
      stopGrace()
      stopGrace = startTimer(graceMs, finish)
    }
    const stop = (why: Ended['stopped']): void => {
      stopped ??= why
      kill()
    }

    const stopTimer = timeoutMs === 0 ? () => undefined : startTimer(timeoutMs, () => stop('time-out'))
    const forgetSignal = onAbort(signal, kill)
    for (const [index, stream] of [child.stdout, child.stderr].entries()) {
      stream.on('data', (chunk: Uint8Array) => {
        if ((outputs[index] as Output).add(chunk) > maximumBytes) stop('too-much-output')
      })
      // A broken pipe has delivered all that it will.
      stream.on('error', () => undefined)
    }
    child.on('error', (error) => settle(() => reject(error)))
    child.on('exit', () => {
      stopGrace()
      stopGrace = startTimer(graceMs, kill)
    })
    child.on('close', finish)
    if (signal.aborted) kill()
  })
}

class Output {
  readonly #chunks: Uint8Array[] = []
  #size = 0

  /** Returns the number of bytes so far. */
  add(chunk: Uint8Array): number {
    this.#chunks.push(chunk)
    this.#size += chunk.byteLength
    return this.#size
  }

  text(): string {
    const decoder = new TextDecoder()
    return this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
  }
}
