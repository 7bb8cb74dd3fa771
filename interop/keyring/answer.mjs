import { text } from 'node:stream/consumers'

/** The task that the test gave. */
export const task = JSON.parse(await text(process.stdin))

/** Asks the test to approve a code. @param {{ userCode: string }} info */
export function userPromptCallback({ userCode }) {
  process.stdout.write(`${JSON.stringify({ userCode })}\n`)
}

/**
 * Says what came of the task.
 * @param {() => Promise<object>} work
 */
export async function answer(work) {
  const said = await work().catch((error) => ({ error: { name: error.name, message: error.message } }))
  process.stdout.write(`${JSON.stringify(said)}\n`)
}
