/** A block of PEM (RFC 7468), with its BEGIN and END lines. */
export interface PemBlock {
  label: string
  text: string
}

const begin = '-----BEGIN '
const marker = '-----'

/**
 * The blocks of a PEM text, whatever is around them. The text is scanned once: a block ends at the next marker, and is
 * dropped if that marker has another label. Variables and configuration files change the line breaks of a PEM (they are missing, written as
 * "\n", or followed by an indentation), so those are made anew.
 */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = []
  for (let start = text.indexOf(begin); start !== -1; ) {
    const labelStart = start + begin.length
    const labelEnd = text.indexOf(marker, labelStart)
    if (labelEnd === -1) break
    const label = text.slice(labelStart, labelEnd)
    const bodyStart = labelEnd + marker.length
    const bodyEnd = text.indexOf(marker, bodyStart)
    if (bodyEnd === -1) break
    const end = `-----END ${label}-----`
    if (text.startsWith(end, bodyEnd)) {
      blocks.push({ label, text: `${begin}${label}${marker}\n${lines(text.slice(bodyStart, bodyEnd))}\n${end}\n` })
    }
    start = text.indexOf(begin, bodyEnd)
  }
  return blocks
}

/** The base64 in lines of 64 characters. A body with headers, as those of traditional encryption (RFC 1421, 4.6), is left as it is. */
function lines(body: string): string {
  if (body.includes(':')) return body.trim()
  const base64 = body.replace(/\\[nrt]|[\s\\"']/g, '')
  return base64.replace(/.{64}(?=.)/g, '$&\n')
}

/** The bytes of a block; characters that are not base64 are ignored. */
export function pemBody({ text }: PemBlock): Uint8Array {
  const from = text.indexOf(marker, begin.length) + marker.length
  const body = text.slice(from, text.lastIndexOf('-----END '))
  if (globalThis.Buffer !== undefined) return Buffer.from(body, 'base64')
  const binary = atob(body.replace(/[^A-Za-z0-9+/]/g, ''))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
