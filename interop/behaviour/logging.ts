import { AzureLogger, setLogLevel } from '@azure/logger'
import { vi } from 'vitest'
import type { Library, Row } from './row.ts'
import { clientId, clientSecret, refusal, scope, tenantId, tokenService } from './token-service.ts'

/** The lines in the log of the Azure SDK while this runs, once `wanted` of them are there. */
async function logged(level: Parameters<typeof setLogLevel>[0], wanted: RegExp | undefined, act: () => unknown) {
  const lines: string[] = []
  const { log } = AzureLogger
  AzureLogger.log = (...words) => void lines.push(words.map(String).join(' '))
  setLogLevel(level)
  try {
    await act()
    if (wanted !== undefined) await vi.waitFor(() => assertSome(lines, wanted), { timeout: 2000, interval: 2 })
    return lines
  } finally {
    setLogLevel(undefined)
    AzureLogger.log = log
  }
}

function assertSome(lines: readonly string[], wanted: RegExp): void {
  if (!lines.some((line) => wanted.test(line))) throw new Error(`no line has ${wanted} in it: ${lines.join('\n')}`)
}

function credentialOf({ ClientSecretCredential }: Library, httpClient = tokenService()) {
  return new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
}

/** The log of the Azure SDK, `@azure/logger`. */
export const logging: readonly Row[] = [
  {
    name: 'setLogLevel turns the log on',
    see: async (library) => {
      const logs = 'https://logs.contoso.example/.default'
      const lines = await logged('info', /SUCCESS.*logs\.contoso/, () => credentialOf(library).getToken(logs))
      return lines.filter((line) => line.includes('SUCCESS') && line.includes(logs))
    },
    both: [
      'azure:identity:info ClientSecretCredential => getToken() => SUCCESS. Scopes: https://logs.contoso.example/.default.',
    ],
  },
  {
    name: 'the line of a failure',
    see: async (library) => {
      const httpClient = tokenService(refusal('invalid_client', 7000215))
      const lines = await logged('info', /ClientSecretCredential => getToken\(\) => (?:ERROR|Attempting)/, () =>
        credentialOf(library, httpClient)
          .getToken(scope)
          .catch(() => undefined),
      )
      return lines.some((line) => line.includes('AADSTS7000215'))
    },
    peer: false,
    ours: true,
    onPurpose: 'Lines of the log',
  },
  {
    name: 'the line that tells which member of a chain had the token',
    see: async (library) => {
      const lines = await logged('info', /Chained.*(Result for|uses)/, () =>
        new library.ChainedTokenCredential(credentialOf(library)).getToken(scope),
      )
      return lines.some((line) => line.includes('Result for ClientSecretCredential: SUCCESS'))
    },
    peer: true,
    ours: false,
    onPurpose: 'Lines of the log',
  },
  {
    name: 'a program that writes to the library’s own log',
    see: ({ logger }) => logged('info', /a line of mine/, () => logger.info('a line of mine')),
    both: ['azure:identity:info a line of mine'],
  },
  {
    name: 'a level that is not asked for is not written',
    see: ({ logger }) =>
      logged('warning', /loud/, () => {
        logger.info('quiet')
        logger.warning('loud')
      }),
    both: ['azure:identity:warning loud'],
  },
  {
    name: 'no level is asked for',
    see: async (library) => {
      const lines = await logged(undefined, undefined, () => credentialOf(library).getToken(scope))
      return lines.length
    },
    both: 0,
  },
  {
    name: 'the names in the log',
    see: ({ logger }) => [logger.error, logger.warning, logger.info, logger.verbose].map(({ namespace }) => namespace),
    both: ['azure:identity:error', 'azure:identity:warning', 'azure:identity:info', 'azure:identity:verbose'],
  },
  {
    name: 'neither the secret nor the token is in the log',
    see: async (library) => {
      let token = ''
      const lines = await logged('verbose', /SUCCESS/, async () => {
        token = (await credentialOf(library).getToken(scope)).token
      })
      return [lines.some((line) => line.includes(clientSecret)), lines.some((line) => line.includes(token))]
    },
    both: [false, false],
  },
]
