/** The hosts that `entrada doctor --as` knows. */
export const otherHosts = [
  'imds',
  'app-service',
  'machine-learning',
  'cloud-shell',
  'workload',
  'github-actions',
] as const

export type OtherHostName = (typeof otherHosts)[number]
