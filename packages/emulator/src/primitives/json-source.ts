/** A place in a text; line and column are counted from 1. */
export interface Place {
  line: number
  column: number
}

/** JSON with the places of its values. */
export interface JsonSource {
  value: unknown
  /** Where the value of a path such as `apps[0].name` is, or else the innermost value around it. */
  placeOf(path: string): Place
}

/**
 * What is wrong with a text that is not JSON, and where. It quotes nothing, because the text around the fault may be a
 * secret.
 */
export class JsonFault extends SyntaxError {
  readonly place: Place

  constructor(reason: string, place: Place) {
    super(reason)
    this.place = place
  }
}

/** Reads JSON (RFC 8259), in which comments are allowed too. Throws a `JsonFault`. */
export function readJson(text: string): JsonSource {
  const offsets = new Map<string, number>()
  const reader = new Reader(text, offsets)
  const value = reader.document()
  const placeOf = (path: string): Place => {
    const offset = offsets.get(path)
    if (offset !== undefined || path === '') return placeAt(text, offset ?? 0)
    return placeOf(path.replace(/(\[\d+\]|\.?[^.[\]]+)$|.$/, ''))
  }
  return { value, placeOf }
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

const blank = /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/y
const scalar = /"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/uy
const deepest = 100

class Reader {
  readonly #text: string
  readonly #offsets: Map<string, number>
  #at = 0

  constructor(text: string, offsets: Map<string, number>) {
    this.#text = text
    this.#offsets = offsets
  }

  document(): unknown {
    this.#skip()
    const value = this.#value('', 0)
    if (this.#at < this.#text.length) this.#fail('something follows the end')
    return value
  }

  #value(path: string, depth: number): unknown {
    this.#offsets.set(path, this.#at)
    const first = this.#text[this.#at]
    if (depth > deepest) this.#fail('it is nested too deeply')
    if (first === '{') return this.#object(path, depth)
    if (first === '[') return this.#array(path, depth)
    return this.#scalar('a value is expected here')
  }

  #object(path: string, depth: number): unknown {
    const fields: [string, unknown][] = []
    this.#each('}', 'a comma or a closing brace is expected here', () => {
      const at = this.#at
      if (this.#text[at] !== '"') this.#fail('a name in double quotes is expected here')
      const name = String(this.#scalar('a name in double quotes is expected here'))
      const fieldPath = path === '' ? name : `${path}.${name}`
      if (fields.some(([other]) => other === name)) this.#fail('this name is used twice', at)
      if (this.#text[this.#at] !== ':') this.#fail('a colon is expected here')
      this.#step()
      fields.push([name, this.#value(fieldPath, depth + 1)])
      // The place of a field is that of its name.
      this.#offsets.set(fieldPath, at)
    })
    return Object.fromEntries(fields)
  }

  #array(path: string, depth: number): unknown {
    const items: unknown[] = []
    this.#each(']', 'a comma or a closing bracket is expected here', () => {
      items.push(this.#value(`${path}[${items.length}]`, depth + 1))
    })
    return items
  }

  /** Reads the items between two brackets, separated by commas. */
  #each(end: string, missing: string, read: () => void): void {
    this.#step()
    let more = this.#text[this.#at] !== end
    while (more) {
      read()
      more = this.#text[this.#at] === ','
      if (more) this.#step()
      else if (this.#text[this.#at] !== end) this.#fail(missing)
    }
    this.#step()
  }

  #scalar(missing: string): unknown {
    scalar.lastIndex = this.#at
    const [token] = scalar.exec(this.#text) ?? []
    if (token === undefined) return this.#fail(missing)
    try {
      const value: unknown = JSON.parse(token)
      this.#at += token.length
      this.#skip()
      return value
    } catch {
      return this.#fail(token.startsWith('"') ? 'this string is not valid' : 'this number is not valid')
    }
  }

  #step(): void {
    this.#at += 1
    this.#skip()
  }

  #skip(): void {
    blank.lastIndex = this.#at
    this.#at += blank.exec(this.#text)?.[0].length ?? 0
  }

  #fail(reason: string, at = this.#at): never {
    throw new JsonFault(at < this.#text.length ? reason : `${reason}, where it ends`, placeAt(this.#text, at))
  }
}
