import { nearest } from '../../framework/nearest.ts'
import type { Check } from '../check.ts'
import { codesOf } from '../refused.ts'
import { lineFor } from '../variables.ts'

/** Microsoft's sign-in hosts, of all clouds, with the names that they also have. */
const hosts: readonly string[] = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'login.chinacloudapi.cn',
  'login.microsoft.com',
  'login.windows.net',
  'sts.windows.net',
  'login.usgovcloudapi.net',
  'login-us.microsoftonline.com',
]

/** Microsoft's domains, whose other hosts sign nobody in. */
const ofMicrosoft =
  /(?:^|\.)(?:microsoft(?:online)?|azure|windows|office|live|chinacloudapi|usgovcloudapi)\.(?:com|net|us|cn)$/

/** Whether the authority can be one. */
export const authority: Check = {
  looksAt: 'the authority',
  async run({ subject, reached, tried, platform }) {
    const { authorityHost } = subject.settings
    if (authorityHost === undefined) return []
    // Whoever refuses with a code of Entra ID’s is Entra ID, or as good.
    const trial = await tried()
    if (trial.winner !== undefined || codesOf(trial.error).length > 0) return []
    const { authority: origin, malformed } = await reached()
    if (malformed !== undefined) {
      return [
        {
          code: 'authority-malformed',
          severity: 'error',
          what: malformed,
          why: 'It is the origin of a sign-in host alone: no resource, no tenant’s name of another directory, no token endpoint.',
          change: 'Correct it; without it, it is the public cloud.',
          run: lineFor('AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com', platform),
          explains: ['no-credential', 'profile-unusable', 'dns-failed', 'connection-failed', 'authority-strange'],
        },
      ]
    }
    const { hostname } = new URL(origin ?? 'https://login.microsoftonline.com')
    if (hosts.includes(hostname) || hostname.endsWith('.ciamlogin.com') || hostname.endsWith('.login.microsoft.com'))
      return []
    const near = nearest(hostname, hosts)
    if (near === undefined && !ofMicrosoft.test(hostname)) return []
    return [
      {
        code: 'authority-unknown',
        severity: 'error',
        what: `${authorityHost.from} names ${hostname}, which is not a sign-in host of Microsoft’s.`,
        why:
          near === undefined
            ? 'It belongs to another service, or to nobody.'
            : `It differs from ${near} by a few letters.`,
        run: lineFor('AZURE_AUTHORITY_HOST', `https://${near ?? 'login.microsoftonline.com'}`, platform),
        explains: [
          'dns-failed',
          'connection-failed',
          'authority-silent',
          'authority-strange',
          'tls-issuer-unknown',
          'tls-name-mismatch',
          'refused',
          'proxy-refused',
        ],
      },
    ]
  },
}
