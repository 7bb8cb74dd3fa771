/** The hosts of each cloud. MSAL writes any of them into an entry, so all of them are looked for. */
const clouds: readonly (readonly string[])[] = [
  ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
  ['login.chinacloudapi.cn', 'login.partner.microsoftonline.cn'],
  ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
]

/** The host and its aliases. For a host with a port, Python's MSAL writes only the name. */
export function aliasesOf(environment: string): readonly string[] {
  const host = environment.toLowerCase()
  const cloud = clouds.find((hosts) => hosts.includes(host))
  return cloud ?? [host, host.replace(/:\d+$/, '')]
}
