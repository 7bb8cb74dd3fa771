import { diagnosisTools } from 'entrada/config'
import { claimsOf } from '../../token/claims.ts'
import type { Check } from '../check.ts'
import type { FindingCode } from '../codes.ts'
import type { Finding } from '../finding.ts'
import type { Setting } from '../subject.ts'

/** The file in which a platform keeps the token to present. */
export const federatedToken: Check = {
  looksAt: 'the file of the federated token',
  async run({ subject, env, now }) {
    if (!subject.takesPart('WorkloadIdentityCredential')) return []
    const { tokenFilePath } = subject.settings
    if (tokenFilePath === undefined) return notSet(env, subject.credential)
    const { files } = await diagnosisTools()
    let text: string
    try {
      text = new TextDecoder().decode(await files.read(tokenFilePath.value)).trim()
    } catch (error) {
      const { code, message } = error as { code?: string; message: string }
      const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? message})`
      return [
        fault(
          'federated-token-file-unreadable',
          tokenFilePath,
          what,
          `The platform mounts it; ${tokenFilePath.from} says where.`,
          'Look whether the volume is mounted in this container, and whether this user may read it.',
        ),
      ]
    }
    if (text === '')
      return [
        fault(
          'federated-token-file-empty',
          tokenFilePath,
          'is empty',
          'The platform has not written the token yet.',
          'Wait until it has; look at what writes the file.',
        ),
      ]
    const claims = claimsOf(text)
    if (claims === undefined || text.split('.').length !== 3)
      return [
        fault(
          'federated-token-malformed',
          tokenFilePath,
          'holds something other than a token (JWT)',
          'Entra ID takes a JSON Web Token in three parts.',
          'Name the file that holds the token itself, without JSON or quotation marks around it.',
        ),
      ]
    const { exp } = claims
    if (typeof exp !== 'number' || exp * 1000 > now()) return []
    const ended = new Date(exp * 1000).toISOString().replace('.000', '')
    return [
      fault(
        'federated-token-expired',
        tokenFilePath,
        `holds a token that expired at ${ended}`,
        'It was not renewed: who read it once and wrote it here does not renew it.',
        'Let the platform renew the file (a projected volume, entrada keep --file), and compare the clocks.',
      ),
    ]
  },
}

function notSet(env: Readonly<Record<string, string | undefined>>, credential: string | undefined): Finding[] {
  const isPod = Boolean(env.KUBERNETES_SERVICE_HOST?.trim()) && Boolean(env.AZURE_CLIENT_ID?.trim())
  const isAsked = credential === 'WorkloadIdentityCredential' || /^workload/i.test(env.AZURE_TOKEN_CREDENTIALS ?? '')
  if (!isAsked && !(isPod && !env.AZURE_CLIENT_SECRET && !env.AZURE_CLIENT_CERTIFICATE_PATH)) return []
  return [
    {
      code: 'federated-token-file-not-set',
      severity: 'error',
      concerns: ['WorkloadIdentityCredential'],
      what: 'AZURE_FEDERATED_TOKEN_FILE is not set.',
      why: isPod
        ? 'This is a pod, and the workload identity webhook has not changed it: it does so for labelled pods alone.'
        : 'It names the file with the token that a workload presents.',
      change: isPod
        ? 'Label the pod azure.workload.identity/use: "true", annotate its service account with azure.workload.identity/client-id, and start it anew.'
        : 'export AZURE_FEDERATED_TOKEN_FILE=/path/to/token',
      explains: ['no-credential', 'token-credentials-cannot-work', 'identity-not-assigned', 'environment-incomplete'],
    },
  ]
}

function fault(code: FindingCode, { value, from }: Setting, what: string, why: string, change: string): Finding {
  return {
    code,
    severity: 'error',
    concerns: ['WorkloadIdentityCredential', 'ManagedIdentityCredential'],
    what: `The file ${JSON.stringify(value.slice(0, 200))} of ${from} ${what}.`,
    why,
    change,
    explains: ['no-credential', 'assertion-out-of-time', 'refused'],
  }
}
