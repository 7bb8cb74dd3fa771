import { X509Certificate } from 'node:crypto'
import { diagnosisTools } from 'entrada/config'
import type { Check, Examination } from '../check.ts'
import type { FindingCode } from '../codes.ts'
import type { Finding } from '../finding.ts'
import type { Setting } from '../subject.ts'

const soon = 30 * 86_400_000

/** The certificate that signs: whether it can be read, has its key, and until when it is valid. */
export const certificate: Check = {
  looksAt: 'the certificate',
  async run({ subject, now, signal }) {
    const { certificatePath, certificatePassword, clientSecret } = subject.settings
    const isUsed = subject.credential === 'CertificateCredential' || subject.takesPart('EnvironmentCredential')
    // A secret goes first, and the certificate is then never read.
    if (!isUsed || certificatePath === undefined || clientSecret !== undefined) return []
    const { certificateLoader, files } = await diagnosisTools()
    const source = { certificatePath: certificatePath.value, certificatePassword: certificatePassword?.value }
    let leaf: X509Certificate
    try {
      const { chain } = await certificateLoader(source, { files, now }, () => undefined)(signal)
      leaf = new X509Certificate(Buffer.from(chain[0] ?? '', 'base64'))
    } catch (error) {
      return [unreadable(certificatePath, error as Fault, certificatePassword)]
    }
    return dated(leaf, certificatePath, now())
  },
}

/** The library's fault with a certificate. */
type Fault = Error & { remedy?: string; kind?: 'password' | 'key' }

const codes = {
  password: 'certificate-password',
  key: 'certificate-key-mismatch',
  file: 'certificate-unreadable',
} as const

function unreadable(path: Setting, { message, remedy, kind }: Fault, password: Setting | undefined): Finding {
  const code = codes[kind ?? 'file']
  const needs = code === 'certificate-password' && password === undefined
  return fault(code, 'error', {
    what: `The certificate ${JSON.stringify(path.value.slice(0, 200))} of ${path.from} cannot be used: ${message.replace(/\.$/, '')}.`,
    why: 'Without it no assertion can be signed.',
    change: needs ? 'Set AZURE_CLIENT_CERTIFICATE_PASSWORD.' : (remedy ?? `Correct ${path.from}.`),
  })
}

function dated(
  { validFrom, validTo }: X509Certificate,
  { value, from }: Setting,
  now: Examination['now'] extends () => infer T ? T : never,
): Finding[] {
  const [start, end] = [Date.parse(validFrom), Date.parse(validTo)]
  const date = (time: number): string => new Date(time).toISOString().slice(0, 10)
  const named = `The certificate ${JSON.stringify(value.slice(0, 200))} of ${from}`
  const renew = 'Make a new certificate, add it to the app registration (Certificates & secrets), then put it in place.'
  if (end <= now) {
    return [
      fault('certificate-expired', 'error', {
        what: `${named} expired on ${date(end)}.`,
        why: 'Entra ID takes no assertion that it signed.',
        change: renew,
      }),
    ]
  }
  if (start > now) {
    return [
      fault('certificate-not-yet-valid', 'error', {
        what: `${named} is valid from ${date(start)} on.`,
        why: 'Entra ID takes no assertion that it signs before.',
        change: 'Use the former one until then, and compare the clock of this machine.',
      }),
    ]
  }
  if (end - now > soon) return []
  const days = Math.ceil((end - now) / 86_400_000)
  return [
    fault('certificate-expires-soon', 'warning', {
      what: `${named} expires on ${date(end)}, in ${days} ${days === 1 ? 'day' : 'days'}.`,
      why: 'From then on there is no token.',
      change: renew,
    }),
  ]
}

function fault(
  code: FindingCode,
  severity: Finding['severity'],
  words: Pick<Finding, 'what' | 'why' | 'change'>,
): Finding {
  const explains: FindingCode[] = [
    'no-credential',
    'assertion-out-of-time',
    ...(severity === 'error' ? (['certificate-not-registered'] as const) : []),
  ]
  return { code, severity, concerns: ['EnvironmentCredential', 'CertificateCredential'], ...words, explains }
}
