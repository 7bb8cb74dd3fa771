/** @typedef {(undo: () => unknown) => Promise<void>} OnEnd */

/** @type {readonly (readonly [NodeJS.Signals, number])[]} */
const SIGNALS = [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
]

/**
 * Runs `task`, and afterwards whatever it asked for with `onEnd`, last first: also when it fails, and on Ctrl-C, a
 * plain `kill` and a closed terminal. Sets the exit code; says why when `task` fails.
 * @param {(onEnd: OnEnd) => Promise<void>} task
 */
export async function untilStopped(task) {
  /** @type {(() => unknown)[]} */
  const undos = []
  const end = async () => {
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) await undo()
  }
  /** @type {number | undefined} */
  let stopped
  for (const [signal, number] of SIGNALS) {
    process.once(signal, () => {
      stopped = number
      void end()
    })
  }
  try {
    await task(async (undo) => {
      undos.push(undo)
      // What was just being started when the signal came is ended too, and nothing more is started.
      if (stopped !== undefined) throw new Error('Stopped.')
    })
  } catch (error) {
    if (stopped === undefined) console.error(`\n${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  } finally {
    await end()
  }
  if (stopped !== undefined) process.exitCode = 128 + stopped
}
