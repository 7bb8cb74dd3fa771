/** A variable of the environment, or several that belong together. */
export interface Variable {
  names: readonly string[]
  what: string
  readBy: string
}

/** What the packages read, in the order in which readers need it. A test holds the names to the source. */
export const variables: readonly Variable[] = [
  {
    names: ['AZURE_TENANT_ID'],
    what: 'The tenant: an id or a domain.',
    readBy: 'Environment, workload identity, GitHub Actions, shared cache, browser (in the default chain)',
  },
  {
    names: ['AZURE_CLIENT_ID'],
    what: 'The application; for managed identities the client id of a user-assigned one.',
    readBy: 'Environment, workload identity, managed identity (in the default chain), GitHub Actions',
  },
  { names: ['AZURE_CLIENT_SECRET'], what: 'The secret of the application, tried first.', readBy: 'Environment' },
  {
    names: ['AZURE_CLIENT_CERTIFICATE_PATH'],
    what: 'A PEM or PKCS#12 file with certificate and key, tried second.',
    readBy: 'Environment',
  },
  {
    names: ['AZURE_CLIENT_CERTIFICATE_PASSWORD'],
    what: 'The password of the PKCS#12, or of the key in the PEM.',
    readBy: 'Environment',
  },
  {
    names: ['AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'],
    what: '`true` or `1` sends the chain with each assertion. Default: not.',
    readBy: 'Environment',
  },
  {
    names: ['AZURE_USERNAME', 'AZURE_PASSWORD'],
    what: 'A user by name and password, tried last (deprecated). The name also chooses the account of the shared cache.',
    readBy: 'Environment, shared cache (the name)',
  },
  {
    names: ['AZURE_ADDITIONALLY_ALLOWED_TENANTS'],
    what: 'Tenants that a call may name besides, with semicolons between; `*` is any.',
    readBy: 'Environment',
  },
  {
    names: ['AZURE_TOKEN_CREDENTIALS'],
    what: '`prod`, `dev` or the name of one credential. Default: all but the optional ones.',
    readBy: 'The default chain ([how](how-a-credential-is-chosen.md))',
  },
  {
    names: ['AZURE_AUTHORITY_HOST'],
    what: 'The authority, such as `https://login.microsoftonline.us`. Default: the public cloud.',
    readBy: 'All that ask Entra ID; option `authorityHost`',
  },
  {
    names: ['AZURE_REGIONAL_AUTHORITY_NAME'],
    what: 'A region such as `westus2`, whose endpoint applications ask; `AutoDiscoverRegion` finds it. Default: the global endpoint.',
    readBy: 'Applications (secret, certificate, assertion)',
  },
  { names: ['REGION_NAME'], what: 'The region, as App Service sets it.', readBy: 'The discovery of the region' },
  {
    names: ['AZURE_IDENTITY_DISABLE_MULTITENANTAUTH'],
    what: 'If it is set, a call’s `tenantId` is ignored, and the credential’s own tenant is asked.',
    readBy: 'All that ask Entra ID',
  },
  {
    names: ['AZURE_LOG_LEVEL'],
    what: '`error`, `warning`, `info` or `verbose`. Default: nothing is logged.',
    readBy: 'The log',
  },
  {
    names: ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
    what: 'The proxy for https; the first that is not empty. Loopback, link-local addresses and plain http never use one.',
    readBy: 'Connections in Node; option `proxyOptions`',
  },
  {
    names: ['no_proxy', 'NO_PROXY'],
    what: 'Hosts that are asked directly, with commas, semicolons or blanks between: names with their subdomains (`example.com`, `.example.com`, `*.example.com`), other patterns with `*`, addresses, networks (`10.0.0.0/8`, `fd00::/8`), ranges (`10.0.0.1-10.0.0.9`), each with a port if wanted (`[fd00::1]:8443`). Names are not resolved. An entry that is not understood is named in a warning event.',
    readBy: 'Connections in Node',
  },
  {
    names: ['AZURE_FEDERATED_TOKEN_FILE'],
    what: 'The file of the service-account token, as the workload identity webhook sets it.',
    readBy: 'Workload identity, managed identity',
  },
  {
    names: [
      'AZURE_KUBERNETES_TOKEN_PROXY',
      'AZURE_KUBERNETES_SNI_NAME',
      'AZURE_KUBERNETES_CA_FILE',
      'AZURE_KUBERNETES_CA_DATA',
    ],
    what: 'The token proxy of AKS identity binding: its address, the name in its certificate, and its authority as a file or as PEM.',
    readBy: 'Workload identity with `enableAzureProxy`',
  },
  {
    names: ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'],
    what: 'The token endpoint of App Service, Functions and Container Apps, and its secret.',
    readBy: 'Managed identity',
  },
  {
    names: ['IDENTITY_SERVER_THUMBPRINT'],
    what: 'The certificate of the endpoint on Service Fabric.',
    readBy: 'Managed identity',
  },
  { names: ['IMDS_ENDPOINT'], what: 'With `IDENTITY_ENDPOINT`: Azure Arc.', readBy: 'Managed identity' },
  {
    names: ['MSI_ENDPOINT', 'MSI_SECRET', 'DEFAULT_IDENTITY_CLIENT_ID'],
    what: 'Azure Machine Learning; `MSI_ENDPOINT` alone: Cloud Shell.',
    readBy: 'Managed identity',
  },
  {
    names: ['AZURE_POD_IDENTITY_AUTHORITY_HOST'],
    what: 'Another address of the instance metadata service. Default `http://169.254.169.254`.',
    readBy: 'Managed identity, the discovery of the region',
  },
  {
    names: ['PROGRAMDATA'],
    what: 'On Windows, where the agent of Azure Arc keeps its keys.',
    readBy: 'Managed identity',
  },
  {
    names: ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'],
    what: 'Set by GitHub Actions with `permissions: { id-token: write }`.',
    readBy: 'GitHub Actions',
  },
  {
    names: ['SYSTEM_OIDCREQUESTURI'],
    what: 'Set by Azure Pipelines.',
    readBy: 'Azure Pipelines; the job’s `SYSTEM_ACCESSTOKEN` is an argument',
  },
  {
    names: ['SYSTEM_ACCESSTOKEN', 'AZD_AUTH_KEY'],
    what: 'Passed on to azd alone; other tools do not get them.',
    readBy: 'Azure Developer CLI',
  },
  { names: ['AZURE_CONFIG_DIR'], what: 'Where `az` keeps its profile. Default `~/.azure`.', readBy: 'Azure CLI' },
  {
    names: ['AZD_CONFIG_DIR', 'AZD_AUTH_ENDPOINT'],
    what: 'Where `azd` keeps its profile (default `~/.azd`); another program that serves its sign-in.',
    readBy: 'Azure Developer CLI',
  },
  {
    names: ['PATH', 'PATHEXT'],
    what: 'Where tools are looked for; on Windows also with which endings. Relative entries are passed over.',
    readBy: 'Developer tools, the browser',
  },
  {
    names: ['ENTRADA_CONFIG', 'ENTRADA_PROFILE'],
    what: 'The [configuration](configuration.md) to read in place of the user’s own, and the profile that is meant.',
    readBy: '`entrada/config`, `@entrada/cli`',
  },
  {
    names: ['HOME', 'USERPROFILE', 'LOCALAPPDATA', 'APPDATA', 'XDG_CONFIG_HOME'],
    what: 'The user’s folders, below which profiles, configurations and encrypted files are.',
    readBy: 'Developer tools, shared cache, Visual Studio Code, stores, `entrada/config`, `@entrada/keyring`',
  },
  {
    names: ['BROWSER'],
    what: 'The program that opens the sign-in page, on Linux; `%s` is the page.',
    readBy: 'Interactive browser',
  },
  {
    names: [
      'CODESPACES',
      'SSH_CONNECTION',
      'SSH_CLIENT',
      'SSH_TTY',
      'KUBERNETES_SERVICE_HOST',
      'REMOTE_CONTAINERS',
      'WSL_DISTRO_NAME',
      'DISPLAY',
      'WAYLAND_DISPLAY',
    ],
    what: 'Whether a browser can be opened here that the person sees.',
    readBy: 'Interactive browser',
  },
]
