/**
 * Runs `task`, and afterwards whatever it asked for with `onEnd`, last first: also when it fails, and on Ctrl-C, a
 * plain `kill` and a closed terminal. Sets the exit code; says why when `task` fails.
 * @param {(onEnd: (undo: () => unknown) => void) => Promise<void>} task
 */
export async function untilStopped(task) {
  /** @type {(() => unknown)[]} */
  const undos = []
  const end = async () => {
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) await undo()
  }
  let stopped = false
  for (const [signal, number] of SIGNALS) {
    process.once(signal, async () => {
      stopped = true
      await end()
      process.exit(128 + number)
    })
  }
  try {
    // What starts after a signal has come is ended at once: the handler above has been through the list already.
    await task((undo) => (stopped ? undo() : undos.push(undo)))
  } catch (error) {
    if (!stopped) console.error(`\n${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  } finally {
    await end()
  }
}

/** @type {readonly (readonly [NodeJS.Signals, number])[]} */
const SIGNALS = [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
]
