import { randomValue } from '../sign-in/one-time-values.ts'

export type SignInStyle = 'popup' | 'redirect'

/** A response from the authorization endpoint that came back in a page's address. */
export interface AnswerInAddress {
  /** How the sign-in that it answers was started. */
  style: SignInStyle
  state: string
  /** The fields as they arrived, without the number sign. */
  text: string
  /** The address without them. */
  rest: string
}

/** The longest response that is read, in characters. */
const maximumLength = 64 * 1024

const ours = /^entrada-(popup|redirect)\.[\w-]{43}$/

/** The state of a new sign-in: 256 random bits, and how the response is to be received. */
export function newState(style: SignInStyle): string {
  return `entrada-${style}.${randomValue()}`
}

/** The response in an address's fragment, if it is meant for this library. Any other fragment is left alone. */
export function answerInAddress(address: string): AnswerInAddress | undefined {
  const at = address.indexOf('#')
  if (at < 0 || address.length - at > maximumLength) return undefined
  const text = address.slice(at + 1)
  const fields = new URLSearchParams(text)
  const state = fields.get('state') ?? ''
  const [, style] = ours.exec(state) ?? []
  if (style === undefined || !(fields.has('code') || fields.has('error'))) return undefined
  return { style: style as SignInStyle, state, text, rest: address.slice(0, at) }
}
