/**
 * A vitest reporter that tells the process which started vitest how the run went, over their IPC channel. A file that
 * does not load and an error outside of any test are failures too.
 */
export default class TallyReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const unloaded = modules.flatMap((module) => module.errors())
    const inState = (/** @type {string} */ state) => tests.filter((test) => test.result().state === state)
    /** @type {import('./vitest.mjs').Tally} */
    const tally = {
      passed: inState('passed').length,
      failed: inState('failed').length + unloaded.length + unhandledErrors.length,
      skipped: inState('skipped').map(skippedTest),
    }
    process.send?.(tally)
  }
}

/**
 * The name of a test that was skipped, and why if it said so.
 * @param {import('vitest/node').TestCase} test
 */
function skippedTest(test) {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return note === undefined ? test.fullName : `${test.fullName}: ${note}`
}
