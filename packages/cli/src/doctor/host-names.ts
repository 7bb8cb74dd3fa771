/** The hosts that `entrada doctor --as` knows. */
export const otherHosts = [
  'imds',
  'app-service',
  'service-fabric',
  'machine-learning',
  'azure-arc',
  'cloud-shell',
  'workload',
  'github-actions',
  'azure-pipelines',
] as const

export type OtherHostName = (typeof otherHosts)[number]
