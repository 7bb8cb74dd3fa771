// What the environment offers first; where it offers nothing, a person is asked.
import {
  AuthenticationRequiredError,
  CredentialUnavailableError,
  DefaultAzureCredential,
  type EntradaCredential,
  InteractiveBrowserCredential,
} from 'entrada'

const scope = 'https://graph.microsoft.com/.default'

async function signIn(): Promise<EntradaCredential> {
  const automatic = new DefaultAzureCredential()
  try {
    await automatic.getToken(scope)
    console.log('Automatic authentication successful')
    return automatic
  } catch (error) {
    await automatic.close()
    // A refusal is no reason to go on as somebody else.
    if (!(error instanceof CredentialUnavailableError)) throw error
    console.log('Default authentication unavailable, trying interactive')
  }
  const interactive = new InteractiveBrowserCredential({ disableAutomaticAuthentication: true })
  try {
    await interactive.getToken(scope)
    console.log('Interactive authentication successful')
  } catch (error) {
    if (!(error instanceof AuthenticationRequiredError)) throw error
    console.log(`Authentication required for scopes: ${error.scopes.join(' ')}`)
    const { username } = await interactive.authenticate(error.scopes, error.getTokenOptions)
    console.log(`Authentication completed for: ${username}`)
  }
  return interactive
}

try {
  await using credential = await signIn()
  const { expiresOnTimestamp } = await credential.getToken(scope)
  console.log(`Token acquired, valid until ${new Date(expiresOnTimestamp).toISOString()}`)
} catch (error) {
  console.error(`Authentication failed: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
