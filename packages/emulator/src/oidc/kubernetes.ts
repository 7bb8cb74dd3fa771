import { randomUUID } from 'node:crypto'
import { createPrivateFile } from '../primitives/private-file.ts'
import { appVariables, type Federation, trustIssuer } from './federation.ts'

/** Which service account. */
export interface KubernetesOptions {
  /** Its name. */
  serviceAccount: string
  /** The namespace that it is in. */
  namespace: string
  /** Default `api://AzureADTokenExchange`. */
  audience?: string
  /** Default 3600, as in Kubernetes. */
  lifetimeSeconds?: number
  /** An app, by name or client id, that gets a federated credential for this service account. */
  app?: string
}

/** A service account whose token a pod would find in a file. */
export interface KubernetesServiceAccount {
  /** The `iss` of its tokens: the cluster's. */
  readonly issuer: string
  /** `system:serviceaccount:{namespace}:{name}` */
  readonly subject: string
  /** The projected token: 0600, in a folder of its own that `close` removes. */
  readonly tokenFile: string
  /** Replaces the file, as the kubelet does, and returns the new token. */
  rotate(): Promise<string>
  /** What the workload identity webhook sets, with the app's ids when one is given. */
  readonly env: Record<string, string>
}

/** Writes the token file of a service account; rejects for an app that is not declared. */
export async function kubernetes(
  federation: Federation,
  options: KubernetesOptions,
): Promise<KubernetesServiceAccount> {
  const { serviceAccount, namespace, audience = 'api://AzureADTokenExchange', lifetimeSeconds = 3600 } = options
  const issuer = federation.issuers.named('kubernetes')
  const subject = `system:serviceaccount:${namespace}:${serviceAccount}`
  const variables = appVariables(federation, options.app, 'kubernetes')
  const uid = randomUUID()
  const token = (): Promise<string> => {
    const bound = { namespace, serviceaccount: { name: serviceAccount, uid } }
    return issuer.issue({ aud: [audience], sub: subject, 'kubernetes.io': bound }, lifetimeSeconds)
  }
  const file = await createPrivateFile('azure-identity-token', await token())
  federation.onClose(file.remove)
  trustIssuer(federation, options.app, { issuer: issuer.address, subject, audiences: [audience] })
  return {
    issuer: issuer.address,
    subject,
    tokenFile: file.path,
    rotate: async () => {
      const fresh = await token()
      await file.replace(fresh)
      return fresh
    },
    env: { ...variables, AZURE_FEDERATED_TOKEN_FILE: file.path },
  }
}
