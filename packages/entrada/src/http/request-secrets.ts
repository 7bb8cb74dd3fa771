/** Form fields and headers whose values no text may repeat. */
const secretFields = /secret|password|token|code|verifier|(?:^|_)assertion$/
const secretHeaders = /authorization|secret|header|token|key|cookie/i

/** Shorter values occur in ordinary words: removing them would make a text unreadable and hide nothing. */
const shortest = 4

/** The parts of a request that may be secret. */
interface RequestText {
  body?: string
  headers: Readonly<Record<string, string>>
}

/** Removes a request's secrets from a text: as they are, percent-encoded, and as a form or JSON would write them. */
export function requestRedaction({ body, headers }: RequestText): (text: string) => string {
  const fields = [...new URLSearchParams(body ?? '')].filter(([name]) => secretFields.test(name))
  const named = Object.entries(headers).filter(([name]) => secretHeaders.test(name))
  const values = [...fields, ...named].map(([, value]) => value.replace(/^bearer /i, ''))
  const written = new Set(values.filter((value) => value.length >= shortest).flatMap(writings))
  return (text) => [...written].reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
}

function writings(value: string): string[] {
  const form = new URLSearchParams({ '': value }).toString().slice(1)
  // A lone surrogate cannot be percent-encoded, and is sent as the replacement character.
  const sent = new TextDecoder().decode(new TextEncoder().encode(value))
  const encoded = [encodeURIComponent(sent), form]
  const lower = encoded.map((text) => text.replace(/%../g, (code) => code.toLowerCase()))
  return [value, ...encoded, ...lower, JSON.stringify(value).slice(1, -1)]
}
