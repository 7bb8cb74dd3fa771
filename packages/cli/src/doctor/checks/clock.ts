import type { Check } from '../check.ts'
import { codesOf } from '../refused.ts'

/** Assertions are refused when the clocks are five minutes apart; one minute apart is worth knowing. */
const tolerated = 60_000
const refusedFrom = 300_000
/** The refusals that are about times. */
const ofTimes = [700024, 50012, 50013, 500133, 700027]

/** This machine's clock beside that of the authority. */
export const clock: Check = {
  looksAt: 'the clock',
  async run({ reached, subject, tried, platform }) {
    if (subject.make === undefined) return []
    const { answer, authority = '' } = await reached()
    if (answer?.date === undefined) return []
    // The header has whole seconds.
    const ahead = answer.receivedAt - answer.date
    const size = Math.abs(ahead)
    if (size < tolerated) return []
    const codes = codesOf((await tried()).error)
    const isTheCause = size >= refusedFrom && (codes.length === 0 || codes.some((code) => ofTimes.includes(code)))
    const amount = size < 7_200_000 ? `${Math.round(size / 60_000)} min` : `${(size / 3_600_000).toFixed(1)} h`
    return [
      {
        code: 'clock-skew',
        severity: isTheCause ? 'error' : 'warning',
        what: `This machine’s clock is ${amount} ${ahead > 0 ? 'ahead of' : 'behind'} that of ${new URL(authority).hostname}.`,
        why: 'Assertions are valid for minutes, and tokens are taken for expired or for not yet valid.',
        run: platform === 'win32' ? 'w32tm /resync' : 'sudo timedatectl set-ntp true',
        explains: [
          'assertion-out-of-time',
          'federated-token-expired',
          'certificate-expired',
          'certificate-not-yet-valid',
          'tls-certificate-expired',
          'no-credential',
          'refused',
        ],
      },
    ]
  },
}
