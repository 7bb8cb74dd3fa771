import type { Outcome } from './abilities/try-abilities.ts'

/** What came of the abilities on a runtime. */
export interface Results {
  runtime: string
  outcomes: readonly Outcome[]
}

/** What does not work, though nothing says so, and why: an ability, and the runtimes. */
export interface Gap {
  ability: string
  runtimes: readonly string[]
  why: string
}

/** The page of the documentation that says what works where. */
export function resultsPage(results: readonly Results[], gaps: readonly Gap[]): string {
  const [first] = results
  const groups = [...new Set(first?.outcomes.map(({ group }) => group))]
  const notes = new Notes()
  const tables = groups.map((group) => `## ${group}\n\n${tableOf(group, results, gaps, notes)}\n`)
  return `${introduction}\n${tables.join('\n')}\n## Notes\n\n${notes.text()}\n`
}

const introduction = `# What works where

<!-- Made by \`npx vitest run interop/runtime-abilities.system.test.ts -u\`, from what happened; the same test without \`-u\` says when it is not true any more. -->

One program tries each line on each runtime, against the emulator. **✓**: it works. A number: it does not, and the error,
or a warning event, says what the note says. **✗**: it does not, and the note says why. –: there is nothing to try.

- Node does all of it, from 20.19 on. Deno is run with \`--allow-all\`; without a permission a credential is unavailable,
  and names the flag.
- workerd is bundled by esbuild as its tools do it. Scripts have Node's API by default since August 2026; before, with
  \`nodejs_compat\`. Files are those of the bundle.
- In a browser, people sign in with \`InteractiveBrowserCredential\`, in a page. Stores and calls are tried there with the option
  \`fetch\`, through a server that lets the page read answers. Workers are those of pages and of extensions.
`

function tableOf(group: string, results: readonly Results[], gaps: readonly Gap[], notes: Notes): string {
  const names = results[0]?.outcomes.filter((outcome) => outcome.group === group).map(({ name }) => name) ?? []
  const rows = names.map((name) => {
    const cells = results.map(({ runtime, outcomes }) => {
      const outcome = outcomes.find((each) => each.name === name && each.group === group)
      if (outcome === undefined) return '–'
      if (outcome.result === 'works') return '✓'
      if (outcome.result === 'told') return notes.numberOf(plain(outcome.message ?? ''))
      const gap = gaps.find(({ ability, runtimes }) => ability === name && runtimes.includes(runtime))
      return `✗ ${notes.numberOf(gap?.why ?? 'nobody knows why')}`
    })
    return line([name, ...cells])
  })
  const runtimes = results.map(({ runtime }) => runtime)
  return [line(['', ...runtimes]), line(['---', ...runtimes.map(() => ':-:')]), ...rows].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** A message without what is of this run alone: who says it, addresses, paths, and what follows its first line. */
function plain(message: string): string {
  const [first = ''] = message.split('\n')
  return first
    .replace(/^\w+Credential: /, '')
    .replaceAll(/:\d{4,5}\b/g, '')
    .replaceAll(/\/tmp\/[\w./-]*\//g, '…/')
    .replace(/internal error; reference = \w+/, 'internal error')
    .replace(/^[a-z](?![a-z]*[A-Z])/, (letter) => letter.toUpperCase())
    .replace(/(?<![.:])$/, '.')
    .replace(/:$/, ', and why of each member.')
}

class Notes {
  readonly #texts: string[] = []

  numberOf(text: string): string {
    if (!this.#texts.includes(text)) this.#texts.push(text)
    return `${this.#texts.indexOf(text) + 1}`
  }

  text(): string {
    return this.#texts.map((text, index) => `${index + 1}. ${text}`).join('\n')
  }
}
