import { readdirSync, readFileSync } from 'node:fs'
import { logger } from 'entrada'
import { expect, test, vi } from 'vitest'
import { proxyFor } from '../../src/http/proxy.ts'
import { readRegion } from '../../src/oauth/region.ts'

test('every variable is read by the functions of one file', () => {
  const packages = ['entrada', 'keyring', 'redis']
  const reading = packages.flatMap((name) => {
    const source = new URL(`../../../${name}/src/`, import.meta.url)
    return readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'runtime/environment.ts')
      .filter((file) => {
        const code = readFileSync(new URL(file, source), 'utf8').replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')
        return /\benv\??\.?(?:\.[A-Za-z_]+\b|\[)/.test(code)
      })
      .map((file) => `${name}/${file}`)
  })
  expect(reading).toEqual([])
})

test('a region, a proxy and its exemptions are read without the white space around them', () => {
  const url = new URL('https://login.microsoftonline.com/')
  expect(readRegion({ AZURE_REGIONAL_AUTHORITY_NAME: ' westus2\r\n' }, 'x')).toEqual({ name: 'westus2' })
  expect(readRegion({ AZURE_REGIONAL_AUTHORITY_NAME: ' ' }, 'x')).toBeUndefined()
  expect(proxyFor(url, undefined, { https_proxy: ' ', HTTPS_PROXY: ' http://proxy:1\r\n' })).toBe('http://proxy:1')
  const env = { HTTPS_PROXY: 'http://proxy:1', no_proxy: '\n', NO_PROXY: ` ${url.hostname}\n` }
  expect(proxyFor(url, undefined, env)).toBeUndefined()
})

test('the log is asked for by AZURE_LOG_LEVEL with a line break at its end', () => {
  vi.stubEnv('AZURE_LOG_LEVEL', ' info\r\n')
  try {
    expect(logger.info.enabled).toBe(true)
    expect(logger.verbose.enabled).toBe(false)
  } finally {
    vi.unstubAllEnvs()
  }
})
