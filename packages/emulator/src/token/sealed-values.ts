import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Writes values into opaque text that nobody else can read or write, so that none has to be remembered. */
export interface Sealer {
  seal(value: object): string
  /** The value as it was sealed, or `undefined` for text that was not sealed here. */
  open(text: string): unknown
}

const IV = 12
const TAG = 16

/** AES-256-GCM with a key of its own: what another sealer wrote, this one does not open. */
export function createSealer(prefix: string): Sealer {
  const key = randomBytes(32)
  return {
    seal: (value) => {
      const iv = randomBytes(IV)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return prefix + Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
    },
    open: (text) => {
      const bytes = Buffer.from(text.slice(prefix.length), 'base64url')
      if (!text.startsWith(prefix) || bytes.length <= IV + TAG) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV))
      decipher.setAuthTag(bytes.subarray(IV, IV + TAG))
      try {
        return JSON.parse(decipher.update(bytes.subarray(IV + TAG), undefined, 'utf8') + decipher.final('utf8'))
      } catch {
        return undefined
      }
    },
  }
}
