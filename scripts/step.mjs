/**
 * Does one thing and shows it as one line: its name at once, its result and time when it is done. What `task`
 * resolves to, if anything, is shown at the end of the line; what a failed command said is shown below it.
 * @param {string} name
 * @param {() => Promise<string | void>} task
 * @returns {Promise<boolean>} whether it succeeded
 */
export async function step(name, task) {
  process.stdout.write(`  ${name.padEnd(34)} `)
  const started = performance.now()
  try {
    const note = await task()
    console.log(`✓ ${seconds(started)}${note ? `   ${note}` : ''}`)
    return true
  } catch (error) {
    console.log(`✗ ${seconds(started)}\n`)
    console.log(reasonOf(error))
    return false
  }
}

/**
 * Seconds since `started`, of `performance.now()`, in a width that aligns.
 * @param {number} started
 */
function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s`
}

/** @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error)
  const output = 'output' in error ? String(error.output).trim() : ''
  return `${output}\n${output ? error.message : error.stack}\n`.trimStart()
}
