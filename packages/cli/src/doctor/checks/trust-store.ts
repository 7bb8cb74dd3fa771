import { X509Certificate } from 'node:crypto'
import { diagnosisTools } from 'entrada/config'
import type { Check } from '../check.ts'
import type { Finding } from '../finding.ts'
import { lineFor } from '../variables.ts'

/** The authorities that Node is told to trust besides its own. */
export const trustStore: Check = {
  looksAt: 'NODE_EXTRA_CA_CERTS',
  async run({ env, reached, platform }) {
    const found: Finding[] = []
    if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
      found.push({
        code: 'tls-checks-off',
        severity: 'warning',
        what: 'NODE_TLS_REJECT_UNAUTHORIZED=0 turns the check of certificates off.',
        why: 'Whoever is on the way can read the secrets that are sent.',
        change: 'Name the authority instead, in NODE_EXTRA_CA_CERTS.',
        run: 'unset NODE_TLS_REJECT_UNAUTHORIZED',
      })
    }
    const path = env.NODE_EXTRA_CA_CERTS?.trim()
    if (!path) return found
    const { files } = await diagnosisTools()
    const fault = await files.read(path).then(
      (bytes) => faultIn(new TextDecoder('latin1').decode(bytes)),
      ({ code, message }: { code?: string; message: string }) => `cannot be read (${code ?? message})`,
    )
    if (fault === undefined) return found
    const { failure } = await reached()
    found.push({
      code: 'ca-file-unreadable',
      severity: /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER/.test(failure?.code ?? '') ? 'error' : 'warning',
      what: `NODE_EXTRA_CA_CERTS names ${path}, which ${fault}.`,
      why: 'Node then goes on without it, and trusts its own authorities alone.',
      change: 'Name a PEM file that this user can read, before the program starts.',
      run: lineFor('NODE_EXTRA_CA_CERTS', '/path/to/authorities.pem', platform),
      explains: ['tls-issuer-unknown'],
    })
    return found
  },
}

function faultIn(text: string): string | undefined {
  const [block] = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END/.exec(text) ?? []
  if (block === undefined) return 'holds no certificate in PEM'
  try {
    new X509Certificate(`${block} CERTIFICATE-----\n`)
    return undefined
  } catch {
    return 'holds a certificate that cannot be read'
  }
}
