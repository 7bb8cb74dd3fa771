import { type AksTokenProxy, type AksTokenProxyOptions, aksTokenProxy, type ProxiedService } from './aks-token-proxy.ts'
import type { Federation } from './federation.ts'
import { type GitHubActionsJob, type GitHubActionsOptions, githubActions } from './github-actions.ts'
import { type KubernetesOptions, type KubernetesServiceAccount, kubernetes } from './kubernetes.ts'
import { type PipelinesJob, type PipelinesOptions, pipelines } from './pipelines.ts'

/** Sets up the places where federated workloads run. */
export interface Workloads {
  /** A pod's service account: its token in a file. */
  kubernetes(options: KubernetesOptions): Promise<KubernetesServiceAccount>
  /** A job of Azure Pipelines. */
  pipelines(options: PipelinesOptions): PipelinesJob
  /** A job of GitHub Actions. */
  githubActions(options: GitHubActionsOptions): GitHubActionsJob
  /** The token proxy of an AKS cluster with identity bindings. */
  aksTokenProxy(options?: AksTokenProxyOptions): Promise<AksTokenProxy>
}

export function createWorkloads(place: Federation & ProxiedService): Workloads {
  return {
    kubernetes: (options) => kubernetes(place, options),
    pipelines: (options) => pipelines(place, options),
    githubActions: (options) => githubActions(place, options),
    aksTokenProxy: (options = {}) => aksTokenProxy(place, options),
  }
}
