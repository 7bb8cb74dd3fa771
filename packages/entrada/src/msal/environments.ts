/** The hosts that are one cloud's. MSAL writes any of them into an entry, so each is looked for. */
const clouds: readonly (readonly string[])[] = [
  ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
  ['login.chinacloudapi.cn', 'login.partner.microsoftonline.cn'],
  ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
]

/** The host and its aliases. Of a host with a port, Python's MSAL writes the name alone. */
export function aliasesOf(environment: string): readonly string[] {
  const host = environment.toLowerCase()
  const cloud = clouds.find((hosts) => hosts.includes(host))
  return cloud ?? [host, host.replace(/:\d+$/, '')]
}
