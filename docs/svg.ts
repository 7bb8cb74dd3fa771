/** SVG without script or font of its own. */

export const width = 960
const ink = '#1f2328'
export const pale = '#57606a'
export const blue = '#3451b2'
export const red = '#b42318'

/** How text is drawn: `start` unless another anchor is given. */
export interface TextStyle {
  anchor?: 'start' | 'middle' | 'end'
  size: number
  fill?: string
  weight?: number
}

/** A line of text at a place. */
export function text(
  x: number,
  y: number,
  content: string,
  { anchor = 'start', size, fill = ink, weight = 400 }: TextStyle,
): string {
  const safe = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="${fill}">${safe}</text>`
}

/** A whole picture, as wide as a page. */
export function picture(height: number, title: string, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif">`
  const back = `<rect width="${width}" height="${height}" rx="10" fill="#ffffff" stroke="#d0d7de"/>`
  return `${head}\n<title>${title}</title>\n${[back, ...parts].join('\n')}\n</svg>\n`
}
