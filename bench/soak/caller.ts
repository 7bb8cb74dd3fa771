import { trueNow } from './clock.ts'
import type { Findings } from './findings.ts'
import type { Fleet, Instance } from './fleet.ts'
import type { Call, Judge } from './judge.ts'
import type { Random } from './random.ts'
import { challengeText } from './read-request.ts'
import type { Question } from './slots.ts'

export interface CallerOptions {
  fleet: Fleet
  judge: Judge
  findings: Findings
  random: Random
  /** A signal that lives as long as the caller: nothing may stay on it. */
  signal: AbortSignal
  isOver(): boolean
}

/** No call takes longer: six exchanges of 30 s at IMDS, their pauses, and the turn there. */
const longestCall = 420_000

/** One of many callers: it asks, looks at what it got, rests a little, and asks again, until the run is over. */
export async function runCaller(options: CallerOptions): Promise<void> {
  const { fleet, random, isOver } = options
  while (!isOver()) {
    const instance = fleet.pick(random)
    const question = instance.slot.ask(random)
    // Programs ask for the same token again and again.
    const calls = random.chance(0.3) ? 1 + random.below(4) : 1
    for (let count = 0; count < calls && !isOver(); count++) {
      await ask(instance, question, options)
      await rest(random.between(0, calls === 1 ? 900 : 60))
    }
  }
}

async function ask(instance: Instance, question: Question, options: CallerOptions): Promise<void> {
  const { judge, findings, random } = options
  const challenge = random.chance(0.04) ? String(1 + random.below(1e9)) : ''
  const timeoutMs = random.chance(0.08) ? random.between(20, 4_000) : undefined
  const own = random.chance(0.06) ? AbortSignal.timeout(random.below(1_500)) : undefined
  const signal = own ?? (random.chance(0.2) ? options.signal : undefined)
  const call: Call = { instance, purpose: question.purpose, startedAt: trueNow(), challenge, timeoutMs, signal }
  findings.calls++
  const late = setTimeout(() => {
    findings.violation('call that does not end', `${instance.name}: asked ${findings.at(call.startedAt)}`)
  }, longestCall)
  try {
    const access = await instance.credential.getToken(question.scopes, {
      ...question.options,
      ...(challenge === '' ? {} : { claims: challengeText(challenge) }),
      ...(timeoutMs === undefined ? {} : { requestOptions: { timeout: timeoutMs } }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    })
    judge.token(call, access)
  } catch (error) {
    judge.error(call, error)
  } finally {
    clearTimeout(late)
  }
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
