import { CredentialUnavailableError, type EntradaEvent } from 'entrada'

/**
 * A function that tells each event of a credential in a line. That a credential cannot be used here is left to the chain that
 * passes it over, and to the error at the end.
 */
export function tellEvents(tell: (line: string) => void): (event: EntradaEvent) => void {
  return (event) => {
    if (event.type === 'token-failed' && event.error instanceof CredentialUnavailableError) return
    tell(`${event.credential}: ${words(event)}`)
  }
}

function words(event: EntradaEvent): string {
  switch (event.type) {
    case 'token-acquired':
      return `token for ${event.scopes.join(' ')} from the ${event.source}, in ${Math.round(event.milliseconds)} ms, valid until ${new Date(event.expiresOnTimestamp).toISOString()}`
    case 'token-failed':
      return `no token for ${event.scopes.join(' ')}: ${said(event.error)}`
    case 'refresh-failed':
      return `the refresh failed, the held token goes on: ${said(event.error)}`
    case 'request-retried':
      return `request ${event.attempt} failed (${event.statusCode ?? said(event.error)}), again in ${Math.round(event.delayInMs)} ms`
    case 'credential-selected':
      return `the token comes from ${event.selected}`
    case 'credential-skipped':
      return `passes over ${event.skipped}: ${said(event.error)}`
    case 'store-failed':
      return `the store failed (${event.operation}): ${said(event.error)}`
    case 'store-selected':
      return `tokens are kept in ${event.store}: ${event.reason}`
    case 'store-used':
      return `the store answered (${event.operation}), in ${Math.round(event.milliseconds)} ms`
    case 'tokens-counted':
      return `${event.count} tokens from ${event.source}`
    case 'credential-expiry':
      return `the ${event.kind} expires on ${new Date(event.expiresOnTimestamp).toISOString()}`
    default:
      return event.message
  }
}

/** What an error says, without the name of the credential, which stands before it already. */
function said(error: unknown): string {
  const { reason, remedy, message } = (error ?? {}) as { reason?: string; remedy?: string; message?: string }
  const text = reason === undefined ? (message ?? String(error)) : [reason, remedy].filter(Boolean).join(' ')
  return text.replace(/\s*\n\s*/g, ' ')
}
