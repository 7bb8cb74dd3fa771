const esc = '\u001b'
const [columns, characterWidth, lineHeight, margin] = [80, 8.43, 19, 20]
const colours: Readonly<Record<string, string>> = { 31: '#ff7b72', 32: '#3fb950', 33: '#d29922' }

/** What a terminal of 80 columns shows, with its colours, as SVG without script or font of its own. */
export function terminalPicture(title: string, output: string): string {
  const lines = output.trimEnd().split('\n').flatMap(wrapped)
  const width = Math.ceil(2 * margin + columns * characterWidth)
  const height = 2 * margin + lines.length * lineHeight
  const rows = lines.map((line, index) => row(line, margin + (index + 0.75) * lineHeight))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
<title>${title}</title>
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`
}

/** The same text as a terminal without colours shows it. */
export function withoutColours(text: string): string {
  return text.replace(new RegExp(`${esc}\\[\\d+m`, 'g'), '')
}

/** A line that is too long goes on below, as in a terminal. Its colours do not, since what is coloured is short. */
function wrapped(line: string): string[] {
  const code = `${esc}\\[\\d+m`
  return line.match(new RegExp(`(?:(?:${code})*[^${esc}](?:${code})*){1,${columns}}`, 'g')) ?? ['']
}

/** A line, in pieces of one look each. Each piece says where it begins, so that no font can shift what stands behind it. */
function row(line: string, y: number): string {
  let column = 0
  let [weight, opacity, fill] = ['', '', '']
  const pieces = line.split(new RegExp(`(${esc}\\[\\d+m)`)).map((part) => {
    const [, code] = new RegExp(`^${esc}\\[(\\d+)m$`).exec(part) ?? []
    if (code === undefined) {
      const x = (margin + column * characterWidth).toFixed(1)
      column += part.length
      return part.trim() === '' ? '' : `<tspan x="${x}"${weight}${opacity}${fill}>${safe(part)}</tspan>`
    }
    if (code === '22') [weight, opacity] = ['', '']
    else if (code === '1') weight = ' font-weight="600"'
    else if (code === '2') opacity = ' fill-opacity="0.65"'
    else fill = code === '39' ? '' : ` fill="${colours[code] ?? ''}"`
    return ''
  })
  return `<text y="${y.toFixed(1)}">${pieces.join('')}</text>`
}

/** Spaces that no viewer takes away. */
function safe(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll(' ', '\u00a0')
}
