import { Failure } from '../framework/failure.ts'
import { claimsOf } from '../token/claims.ts'

/** Registries of Azure by cloud, and the scope of the token that each exchanges for its own (azure.github.io/acr/AAD-OAuth.html). */
const clouds: readonly (readonly [RegExp, string])[] = [
  [/\.azurecr\.io$/, 'https://containerregistry.azure.net/.default'],
  [/\.azurecr\.cn$/, 'https://management.chinacloudapi.cn/.default'],
  [/\.azurecr\.us$/, 'https://management.usgovcloudapi.net/.default'],
]

/** The scope for a registry of Azure; `undefined` for any other. */
export function registryScope(registry: string): string | undefined {
  return clouds.find(([suffix]) => suffix.test(registry))?.[1]
}

/** Longer than any answer, in characters. */
const longest = 64 * 1024

/** Exchanges a token for the registry's own, which is good for three hours, and for nothing but this registry. */
export async function exchanged(registry: string, token: string, signal: AbortSignal): Promise<string> {
  const tenant = claimsOf(token)?.tid
  const body = new URLSearchParams({
    grant_type: 'access_token',
    service: registry,
    ...(typeof tenant === 'string' ? { tenant } : {}),
    access_token: token,
  })
  const response = await fetch(`https://${registry}/oauth2/exchange`, {
    method: 'POST',
    body,
    headers: { Accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
  }).catch((error: Error) => {
    if (signal.aborted) throw error
    throw new Failure(`${registry} could not be reached.`, { cause: error })
  })
  const text = await boundedText(response)
  const { refresh_token: secret, errors } = parsed(text)
  if (response.ok && typeof secret === 'string' && secret !== '') return secret
  const [{ code = `HTTP ${response.status}`, message = '' } = {}] = Array.isArray(errors) ? errors : []
  const words = `${code} ${message}`
    .replace(/[^\x20-\x7e]/g, ' ')
    .slice(0, 300)
    .trim()
  throw new Failure(`${registry} refused the token: ${words}.`, {
    remedy: 'Give this identity the role AcrPull or AcrPush there, or sign in to the registry’s tenant.',
  })
}

interface Answer {
  refresh_token?: unknown
  errors?: { code?: unknown; message?: unknown }[]
}

function parsed(text: string): Answer {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > longest) throw new Failure('the registry’s answer is too long.')
  }
  return text
}
