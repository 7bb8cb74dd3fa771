/** A panel, with what Prometheus answered to its queries. */
export interface DrawnPanel {
  title: string
  /** Grafana's name of the unit. */
  unit: string
  lines: readonly { name: string; values: readonly (readonly [time: number, value: number])[] }[]
}

const width = 460
const height = 210
const gap = 16
const plot = { left: 56, top: 34, right: 12, bottom: 52 }
const colours = ['#3274d9', '#e0752d', '#37872d', '#c4162a', '#8f3bb8', '#b8860b']

/** The panels in two columns, as an SVG that needs nothing else. */
export function dashboardPicture(panels: readonly DrawnPanel[], span: { start: number; end: number }): string {
  const rows = Math.ceil(panels.length / 2)
  const size = { width: 2 * width + 3 * gap, height: rows * (height + gap) + gap }
  const drawn = panels.map((panel, index) => {
    const x = gap + (index % 2) * (width + gap)
    const y = gap + Math.floor(index / 2) * (height + gap)
    return `<g transform="translate(${x} ${y})">${panelPicture(panel, span)}</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" font-family="sans-serif" font-size="11">`,
    `<title>Tokens of a run against the emulator, as Prometheus answered the queries of the dashboard</title>`,
    `<rect width="100%" height="100%" fill="#f4f5f5"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

function panelPicture({ title, unit, lines }: DrawnPanel, { start, end }: { start: number; end: number }): string {
  const all = lines.flatMap(({ values }) => values.map(([, value]) => value))
  const most = niceTop(Math.max(...all, Number.MIN_VALUE))
  const right = width - plot.right
  const bottom = height - plot.bottom
  const x = (time: number): number => plot.left + ((time - start) / (end - start)) * (right - plot.left)
  const y = (value: number): number => bottom - (value / most) * (bottom - plot.top)
  const marks = [0, 0.5, 1].map((part) => {
    const at = y(part * most).toFixed(1)
    return `<path d="M${plot.left} ${at}H${right}" stroke="#dcdde0"/><text x="${plot.left - 6}" y="${at}" dy="4" text-anchor="end" fill="#555">${inUnit(part * most, unit)}</text>`
  })
  const times = [0, 60, 120, 180]
    .filter((seconds) => start + seconds <= end)
    .map(
      (seconds) =>
        `<text x="${x(start + seconds).toFixed(1)}" y="${bottom + 15}" text-anchor="middle" fill="#555">${seconds / 60} min</text>`,
    )
  const curves = lines.map(({ values }, index) => {
    const points = values.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
    return `<polyline points="${points}" fill="none" stroke="${colours[index % colours.length]}" stroke-width="1.6"/>`
  })
  let from = plot.left
  const names = lines.map(({ name }, index) => {
    const at = from
    from += 20 + 6 * name.length
    return `<text x="${at}" y="${height - 14}" fill="${colours[index % colours.length]}">${escaped(name)}</text>`
  })
  const frame = `<rect width="${width}" height="${height}" rx="3" fill="#fff" stroke="#dcdde0"/><text x="12" y="20" font-weight="bold" fill="#222">${escaped(title)}</text>`
  return [frame, ...marks, ...times, ...curves, ...names].join('')
}

/** One, two or five of a power of ten, and at least the value. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power
}

function inUnit(value: number, unit: string): string {
  if (unit === 's') return value < 1 ? `${Math.round(value * 1000)} ms` : `${Number(value.toPrecision(3))} s`
  if (unit === 'percentunit') return `${Number((100 * value).toPrecision(3))} %`
  const suffix = { reqps: '/s', ops: '/s', d: ' d' }[unit] ?? ''
  return `${Number(value.toPrecision(3))}${suffix}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
