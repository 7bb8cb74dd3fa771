import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * The last lines of a run: which tests needed a second try, why tests were skipped, one line a reason, and how many
 * passed, failed and were skipped. A file that does not load and an error outside of any test are failures too.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const unloaded = modules.flatMap((module) => module.errors())
    const inState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state)
    const failed = inState('failed').length + unloaded.length + unhandledErrors.length
    for (const test of tests.filter((one) => one.diagnostic()?.flaky)) {
      console.log(`  passed at the second try only: ${test.module.relativeModuleId} > ${test.fullName}`)
    }
    const reasons = inState('skipped').map(reasonOf)
    for (const reason of new Set(reasons)) {
      console.log(`  skipped ${reasons.filter((other) => other === reason).length} tests: ${reason}`)
    }
    console.log(`${inState('passed').length} passed, ${failed} failed, ${reasons.length} skipped`)
  }
}

/** Why a test was skipped, which many may have in common. One that `-t` left out has no reason. */
function reasonOf(test: TestCase): string {
  const result = test.result()
  return (result.state === 'skipped' ? result.note : undefined) ?? 'no reason given'
}
