import { blue, pale, picture, text, width } from './svg.ts'

/** Pictures of what the bench printed. */

/** A row of the bench's output. */
export interface Figure {
  what: string
  ours: string
  peer: string
  /** How many times better ours is. */
  ratio: number | undefined
  /** Of a row that is about single calls: how long each took. */
  calls?: Calls
}

/** What callers of either side saw, one call after the other. */
interface Calls {
  ours: Call[]
  peer: Call[]
}

/** What became of one call. */
export interface Call {
  milliseconds: number
  failed: boolean
}

/** Reads what `npm run bench` prints. */
export function readFigures(output: string): Figure[] {
  return output.split(/^(?=[! ] \S)/m).flatMap((block) => {
    const [first = '', ...lines] = block.split('\n')
    const field = (name: string): string =>
      lines
        .find((line) => line.trim().startsWith(`${name} `))
        ?.trim()
        .slice(name.length)
        .trim() ?? ''
    if (!/^[! ] \S/.test(first) || field('ours') === '') return []
    const ratio = Number.parseFloat(field('ratio').replaceAll(',', ''))
    const [ours, peer] = [field('calls  ours'), field('calls  peer')].map(readCalls) as [Call[], Call[]]
    return [
      {
        what: first.slice(2),
        ours: field('ours'),
        peer: field('peer'),
        ratio: Number.isNaN(ratio) ? undefined : ratio,
        ...(ours.length === 0 ? {} : { calls: { ours, peer } }),
      },
    ]
  })
}

/** `21 0 !512`: milliseconds, with an exclamation mark before a call that failed. */
function readCalls(list: string): Call[] {
  return [...list.matchAll(/(!?)(\d+)/g)].map(([, mark, milliseconds]) => ({
    milliseconds: Number(milliseconds),
    failed: mark === '!',
  }))
}

const left = 430
const barHeight = 20
const rowHeight = 44

/** How many times better each row is than its peer's, on a logarithmic scale. */
export function ratioPlot(figures: readonly Figure[], title: string): string {
  // A row with another peer names it, and has a picture of its own.
  const rows = figures.filter(
    (figure): figure is Figure & { ratio: number } => figure.ratio !== undefined && !figure.peer.includes('(@'),
  )
  const most = Math.max(...rows.map(({ ratio }) => ratio))
  const decades = Math.max(1, Math.ceil(Math.log10(most)))
  const scale = (ratio: number): number => (Math.max(0, Math.log10(ratio)) / decades) * (width - left - 90)
  const height = 72 + rows.length * rowHeight + 24
  const grid = Array.from({ length: decades + 1 }, (_, decade) => {
    const x = left + scale(10 ** decade)
    return `<line x1="${x}" x2="${x}" y1="60" y2="${height - 28}" stroke="#d0d7de"/>${text(x, height - 10, `${(10 ** decade).toLocaleString('en')} ×`, { anchor: 'middle', size: 11, fill: pale })}`
  })
  const bars = rows.map(({ what, ours, peer, ratio }, index) => {
    const y = 72 + index * rowHeight
    const label = ratio >= 10 ? Math.round(ratio).toLocaleString('en') : ratio.toFixed(1)
    return [
      text(left - 12, y + 10, what, { anchor: 'end', size: 13 }),
      text(left - 12, y + 25, `${short(ours)}, was ${short(peer)}`, { anchor: 'end', size: 11, fill: pale }),
      `<rect x="${left}" y="${y}" width="${Math.max(2, scale(ratio)).toFixed(1)}" height="${barHeight}" rx="3" fill="${blue}"/>`,
      text(left + Math.max(2, scale(ratio)) + 8, y + 15, `${label} ×`, { size: 13, weight: 600 }),
    ].join('')
  })
  return picture(height, title, [text(24, 36, title, { size: 17, weight: 600 }), ...grid, ...bars])
}

/** What stands before a remark or a second figure; of a bundle the whole, which its ratio is of. */
function short(figure: string): string {
  const [, whole] = / loaded at the start, (\S+ \S+) in all files/.exec(figure) ?? []
  return whole ?? figure.replace(/ \(.*$| at \d.*$| · .*$/, '').split(', ')[0] ?? ''
}
