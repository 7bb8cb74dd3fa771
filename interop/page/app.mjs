// An app in a page. What it did is shown in its text, which the test reads.
import {
  AzureCliCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  InteractiveBrowserCredential,
  ManagedIdentityCredential,
  returnFromSignIn,
  UsernamePasswordCredential,
} from 'entrada'

const settings = JSON.parse(document.querySelector('meta[name="settings"]').content)
const { authorityHost, tenantId, clientId, clientSecret, password, redirectUri, scope } = settings
const loginStyle = sessionStorage.getItem('style') ?? 'popup'
const credential = new InteractiveBrowserCredential({ authorityHost, tenantId, clientId, redirectUri, loginStyle })

const silent = {
  ...{ authorityHost, tenantId, clientId, redirectUri, loginStyle },
  disableAutomaticAuthentication: true,
}

/** What each button does. */
const acts = {
  'Sign in': () => credential.getToken(scope),
  'Sign in twice': () => Promise.all([credential.getToken(scope), credential.getToken(scope)]).then(([token]) => token),
  'Sign in, then stop': () => {
    const controller = new AbortController()
    document.getElementById('stop').addEventListener('click', () => controller.abort())
    return credential.getToken(scope, { abortSignal: controller.signal })
  },
  'Ask silently': () => new InteractiveBrowserCredential(silent).getToken(scope),
  'Sign out': () => credential.signOut(),
  Redirect: () => sessionStorage.setItem('style', 'redirect'),
  Secret: () => new ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost }).getToken(scope),
  Password: () =>
    new UsernamePasswordCredential(tenantId, clientId, password.username, password.password, {
      authorityHost,
    }).getToken(scope),
  'Azure CLI': () => new AzureCliCredential().getToken(scope),
  'Managed identity': () => new ManagedIdentityCredential().getToken(scope),
  'Default chain': () => new DefaultAzureCredential().getToken(scope),
}

function show(text) {
  document.getElementById('shown').textContent = text
}

async function run(name) {
  show('...')
  try {
    const given = await acts[name]()
    show(given?.token === undefined ? `${name}: done` : `${name}: ${given.token}`)
  } catch (error) {
    show(`${name}: ${error.name}: ${error.message}`)
  }
}

// A window that a sign-in came back to is closed by this; there is nothing to show in it.
if (!(await returnFromSignIn())) {
  for (const name of Object.keys(acts)) {
    const button = document.createElement('button')
    button.textContent = name
    button.addEventListener('click', () => run(name))
    document.body.append(button)
  }
  if (loginStyle === 'redirect') await run('Sign in')
  else show('ready')
}
