import type { Call, Figure } from './plots.ts'
import { blue, pale, picture, red, text, width } from './svg.ts'

const area = { left: 150, right: width - 30, top: 106 }
const laneHeight = 110
const laneGap = 44

/** What the row says of its run, in seconds. */
interface Run {
  every: number
  end: number
  from: number
  until: number
  status: string
}

/** When each call was made and how long it took, of both libraries, with the time of the outage in grey. A cross is an error. */
export function timelinePlot(figure: Figure, title: string): string {
  const { ours = [], peer = [] } = figure.calls ?? {}
  const run = runOf(figure.what)
  const most = Math.max(...[...ours, ...peer].map(({ milliseconds }) => milliseconds), 1000)
  const x = (seconds: number): number => area.left + (seconds / run.end) * (area.right - area.left)
  const lane = (top: number, name: string, calls: readonly Call[], colour: string): string => {
    const y = (milliseconds: number): number =>
      top + laneHeight - (Math.log10(Math.max(1, milliseconds)) / Math.log10(most)) * laneHeight
    const grid = [1, 10, 100, 1000].map((milliseconds) =>
      [
        `<line x1="${area.left}" x2="${area.right}" y1="${y(milliseconds).toFixed(1)}" y2="${y(milliseconds).toFixed(1)}" stroke="#d0d7de"/>`,
        text(area.left - 10, Math.round(y(milliseconds)) + 4, labelOf(milliseconds), {
          anchor: 'end',
          size: 11,
          fill: pale,
        }),
      ].join(''),
    )
    const marks = calls.map(({ milliseconds, failed }, index) =>
      failed
        ? cross(x(index * run.every), y(milliseconds))
        : `<circle cx="${x(index * run.every).toFixed(1)}" cy="${y(milliseconds).toFixed(1)}" r="4" fill="${colour}"/>`,
    )
    return [...grid, ...marks, text(area.left, top - 10, name, { size: 13, weight: 600, fill: colour })].join('')
  }
  const bottom = area.top + 2 * laneHeight + laneGap
  const seconds = Array.from({ length: Math.floor(run.end / 3) + 1 }, (_, index) => index * 3)
  const away = `Entra ID answers ${run.status}`
  return picture(bottom + 44, title, [
    `<rect x="${x(run.from).toFixed(1)}" y="50" width="${(x(run.until) - x(run.from)).toFixed(1)}" height="${bottom - 50}" fill="#eaeef2"/>`,
    text(24, 36, title, { size: 17, weight: 600 }),
    text((x(run.from) + x(run.until)) / 2, 66, away, { anchor: 'middle', size: 12, fill: pale }),
    lane(area.top, `entrada: ${figure.ours}`, ours, blue),
    lane(area.top + laneHeight + laneGap, `@azure/identity: ${figure.peer}`, peer, red),
    ...seconds.map((second) => text(x(second), bottom + 20, `${second} s`, { anchor: 'middle', size: 11, fill: pale })),
    text((area.left + area.right) / 2, bottom + 36, 'when the call was made; above, how long it took', {
      anchor: 'middle',
      size: 12,
      fill: pale,
    }),
  ])
}

function runOf(what: string): Run {
  const found =
    /every (?<every>\d+) ms for (?<end>\d+) s, .* answers (?<status>\d+) from (?<from>\d+) s to (?<until>\d+) s/.exec(
      what,
    )?.groups
  if (found === undefined) throw new Error(`"${what}" does not say when the service was away.`)
  const { every, end, from, until, status = '' } = found
  return { every: Number(every) / 1000, end: Number(end), from: Number(from), until: Number(until), status }
}

function labelOf(milliseconds: number): string {
  return milliseconds >= 1000 ? `${milliseconds / 1000} s` : `${milliseconds} ms`
}

function cross(x: number, y: number): string {
  const [left, right, top, bottom] = [x - 4, x + 4, y - 4, y + 4].map((place) => place.toFixed(1))
  return `<path d="M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}" stroke="${red}" stroke-width="2.5"/>`
}
