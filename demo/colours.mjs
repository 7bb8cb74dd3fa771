import { styleText } from 'node:util'

/** Whether this terminal shows colours, and its owner wants them (https://no-color.org). */
const isColoured = process.stdout.isTTY === true && !process.env.NO_COLOR

/** @param {Parameters<typeof styleText>[0]} format */
const painted = (format) => (/** @type {unknown} */ text) =>
  isColoured ? styleText(format, String(text)) : String(text)

export const bold = painted('bold')
export const dim = painted('dim')
export const good = painted('green')
export const bad = painted('red')
export const address = painted('cyan')
