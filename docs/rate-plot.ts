import type { Figure } from './plots.ts'
import { blue, pale, picture, red, text, width } from './svg.ts'

/** Calls per second with so many tokens or users held. */
interface Point {
  held: number
  rate: number
}

/** What a row of the bench says of several sizes, such as "100 hot among 1 / 100 tokens held". */
export function pointsOf({ what, ours, peer }: Figure): { ours: Point[]; peer: Point[] } {
  const sizes = numbersIn(/[\d,]+(?: \/ [\d,]+)+/.exec(what)?.[0] ?? '')
  const [, peerRates = '', peerSizes] = /^(.*?)(?: at ([\d,]+(?: \/ [\d,]+)+).*)?$/.exec(peer) ?? []
  const peerPoints =
    peerSizes === undefined
      ? peer.split(' · ').map((part) => point(numbersIn(part.split(' at ')[1] ?? '')[0], part))
      : peerRates.split(' · ').map((part, index) => point(numbersIn(peerSizes)[index], part))
  return { ours: ours.split(' · ').map((part, index) => point(sizes[index], part)), peer: peerPoints }
}

function point(held: number | undefined, rate: string): Point {
  const [, value = '', unit = ''] = /^([\d.]+)(?: ([kM]))?\/s/.exec(rate.trim()) ?? []
  const factor = unit === 'M' ? 1e6 : unit === 'k' ? 1e3 : 1
  if (held === undefined || value === '') throw new Error(`"${rate}" is no rate with its size.`)
  return { held, rate: Number(value) * factor }
}

function numbersIn(sizes: string): number[] {
  return [...sizes.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')))
}

const area = { left: 90, right: width - 200, top: 70, bottom: 330 }

/** The rate over how much is held, both on logarithmic scales. */
export function ratePlot(figure: Figure, title: string, held: string): string {
  const { ours, peer } = pointsOf(figure)
  const all = [...ours, ...peer]
  const columns = decades(all.map((each) => each.held))
  const rows = decades(all.map(({ rate }) => rate))
  const x = scale(columns, area.left, area.right)
  const y = scale(rows, area.bottom, area.top)
  const grid = rows.flatMap((rate) => [
    `<line x1="${area.left}" x2="${area.right}" y1="${y(rate)}" y2="${y(rate)}" stroke="#d0d7de"/>`,
    text(area.left - 10, y(rate) + 4, `${short(rate)}/s`, { anchor: 'end', size: 11, fill: pale }),
  ])
  const labels = columns.map((count) =>
    text(x(count), area.bottom + 22, count.toLocaleString('en'), { anchor: 'middle', size: 11, fill: pale }),
  )
  const line = (points: readonly Point[], colour: string, name: string): string => {
    const places = points.map((each) => `${x(each.held).toFixed(1)},${y(each.rate).toFixed(1)}`)
    const last = points.at(-1) as Point
    return [
      `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="3"/>`,
      ...points.map(
        (each) => `<circle cx="${x(each.held).toFixed(1)}" cy="${y(each.rate).toFixed(1)}" r="5" fill="${colour}"/>`,
      ),
      text(x(last.held) + 14, y(last.rate) + 5, name, { size: 13, weight: 600, fill: colour }),
    ].join('')
  }
  return picture(area.bottom + 60, title, [
    text(24, 36, title, { size: 17, weight: 600 }),
    ...grid,
    ...labels,
    text((area.left + area.right) / 2, area.bottom + 44, held, { anchor: 'middle', size: 12, fill: pale }),
    line(peer, red, /\((@azure\/[\w-]+)\)/.exec(figure.peer)?.[1] ?? '@azure/identity'),
    line(ours, blue, 'entrada'),
  ])
}

/** Powers of ten from below the least to above the most. */
function decades(values: readonly number[]): number[] {
  const [from, to] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))]
  return Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index))
}

function scale(steps: readonly number[], start: number, end: number): (value: number) => number {
  const [from, to] = [Math.log10(steps[0] ?? 1), Math.log10(steps.at(-1) ?? 10)]
  return (value) => start + ((Math.log10(value) - from) / (to - from)) * (end - start)
}

function short(rate: number): string {
  if (rate >= 1e6) return `${rate / 1e6} M`
  return rate >= 1e3 ? `${rate / 1e3} k` : String(rate)
}
