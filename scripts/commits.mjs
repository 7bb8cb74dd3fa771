import { execFileSync } from 'node:child_process'

/** What CONTRIBUTING.md asks of commits, as far as a program can tell. Older ones were written before it asked. */
const since = '740fb9da5871a6adf93161c6bb0e7a06b195bcb9'
const conventional = /^(?:build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(?:\([a-z-]+\))?!?: \S/

const log = execFileSync('git', ['log', '--no-merges', '--format=%h%x00%s%x00%b%x01', `${since}..HEAD`], {
  encoding: 'utf8',
})
for (const [hash = '', subject = '', body = ''] of log.split('\x01\n').map((commit) => commit.split('\0'))) {
  const faults = [
    ...(subject.length > 72 ? [`its subject has ${subject.length} characters, and may have 72`] : []),
    ...(hash !== '' && !conventional.test(subject) ? ['its subject is not "type(scope): what"'] : []),
    ...(/^(?:feat|fix|perf|refactor)/.test(subject) && body === '' ? ['it has no body that says why'] : []),
  ]
  if (faults.length === 0) continue
  console.error(`commit ${hash} "${subject}": ${faults.join('; ')}.`)
  process.exitCode = 1
}
