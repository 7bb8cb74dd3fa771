import type { Figure } from './plots.ts'
import { blue, pale, picture, red, text, width } from './svg.ts'

const left = 300
const rowHeight = 64

/** How long each row takes, in milliseconds: ours above the peer's, on one scale. */
export function timePlot(figures: readonly Figure[], title: string): string {
  const times = figures.map(({ what, ours, peer }) => ({
    what,
    ours,
    peer,
    oursMs: milliseconds(ours),
    peerMs: milliseconds(peer),
  }))
  const most = Math.max(...times.flatMap(({ oursMs, peerMs }) => [oursMs, peerMs]))
  const bar = (y: number, ms: number, label: string, colour: string): string => {
    const length = Math.max(2, (ms / most) * (width - left - 190))
    const rect = `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="18" rx="3" fill="${colour}"/>`
    return rect + text(left + length + 8, y + 14, label, { size: 12 })
  }
  const rows = times.map(({ what, ours, peer, oursMs, peerMs }, index) => {
    const y = 64 + index * rowHeight
    return [
      text(left - 12, y + 26, what, { anchor: 'end', size: 13 }),
      bar(y, oursMs, `entrada ${ours}`, blue),
      bar(y + 22, peerMs, `@azure/identity ${peer}`, red),
    ].join('')
  })
  return picture(64 + times.length * rowHeight + 8, title, [text(24, 36, title, { size: 17, weight: 600 }), ...rows])
}

function milliseconds(time: string): number {
  const [, value = '', unit] = /^([\d.]+) (us|ms|s)\b/.exec(time) ?? []
  if (value === '') throw new Error(`"${time}" is no time.`)
  return Number(value) * (unit === 's' ? 1000 : unit === 'us' ? 0.001 : 1)
}

/** What becomes of calls while the service fails and the token is valid: a square a call, those with an error in red. */
export function outagePlot(figures: readonly Figure[], title: string): string {
  const strips = figures.flatMap(({ what, ours, peer }) => {
    const [, calls = '', status = ''] = /^errors of (\d+) calls while the service answers (\d+)/.exec(what) ?? []
    return [
      { name: `entrada, ${status}`, calls: Number(calls), errors: Number(ours) },
      { name: `@azure/identity, ${status}`, calls: Number(calls), errors: Number(peer) },
    ]
  })
  const size = 11
  const rows = strips.map(({ name, calls, errors }, index) => {
    const y = 62 + index * 30
    const squares = Array.from({ length: calls }, (_, call) => {
      const colour = call < calls - errors ? blue : red
      return `<rect x="${190 + call * (size + 2)}" y="${y}" width="${size}" height="${size}" rx="2" fill="${colour}"/>`
    })
    const said = errors === 0 ? 'no error' : `${errors} errors`
    return [
      text(178, y + 11, name, { anchor: 'end', size: 13 }),
      ...squares,
      text(190 + calls * (size + 2) + 8, y + 11, said, { size: 12, fill: pale }),
    ].join('')
  })
  return picture(62 + strips.length * 30 + 14, title, [text(24, 36, title, { size: 17, weight: 600 }), ...rows])
}
