// A person signs in to a web page, which asks Microsoft Graph who they are. Bundle it for browsers:
//   npx esbuild app.mjs --bundle --format=esm --splitting --platform=browser --outdir=.
import { InteractiveBrowserCredential, returnFromSignIn } from 'entrada'

const scope = 'https://graph.microsoft.com/User.Read'
const shown = document.getElementById('name')

// In a window that comes back from a sign-in this passes the answer on and closes the window.
if (!(await returnFromSignIn())) {
  const credential = new InteractiveBrowserCredential({
    // Your application's, which has this page's origin as a redirect URI of a single-page application.
    clientId: '00000000-0000-0000-0000-000000000000',
    tenantId: 'common',
  })
  document.getElementById('sign-in').addEventListener('click', () => showName(credential))
  document.getElementById('sign-out').addEventListener('click', async () => {
    await credential.signOut()
    shown.textContent = ''
  })
}

async function showName(credential) {
  try {
    const { token } = await credential.getToken(scope)
    const response = await fetch('https://graph.microsoft.com/v1.0/me', {
      headers: { authorization: `Bearer ${token}` },
    })
    const { displayName } = await response.json()
    shown.textContent = `You are ${displayName}.`
  } catch (error) {
    shown.textContent = error.message
  }
}
