import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type StartedEndpoint, startForTest } from '../packages/cli/test/endpoint/started.ts'
import { launchChromium } from './chromium.ts'
import { chromium, component } from './components.ts'

// The browser runs as the user of the endpoint, whose clients of IMDS and Cloud Shell need no secret then: nothing but
// the endpoint's refusal of browsers keeps a page from a token. The attacker knows its port, and even its secret.
const isHere = component(chromium)
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let browser: Browser
let attacker: Server
beforeAll(async () => {
  if (!isHere) return
  browser = await launchChromium(['--host-resolver-rules=MAP *.example 127.0.0.1'])
  attacker = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>attacker</title>')
  })
  attacker.listen(0, '127.0.0.1')
  await once(attacker, 'listening')
})
afterAll(async () => {
  await browser?.close()
  attacker?.close()
})

const resource = 'https://vault.azure.net'
const imds = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`
const appService = `/msi/token?api-version=2019-08-01&resource=${resource}`

/** The ways of a page to send a request; text, because it runs in the page. Each tells what it could read. */
const attempts = (origin: string, secret: string): string => `(async () => {
  const read = async (url, options) => {
    try { return await (await fetch(url, options)).text() } catch (error) { return error.name }
  }
  const form = { method: 'POST', body: new URLSearchParams({ resource: '${resource}' }) }
  const loaded = (name, attributes) => new Promise((resolve) => {
    const element = Object.assign(document.createElement(name), attributes)
    element.onload = element.onerror = ({ type }) => resolve(type)
    document.body.append(element)
  })
  return {
    simple: await read('${origin}${imds}'),
    opaque: await read('${origin}/${secret}${imds}', { mode: 'no-cors' }),
    metadata: await read('${origin}/${secret}${imds}', { headers: { Metadata: 'true' } }),
    header: await read('${origin}${appService}', { headers: { 'X-IDENTITY-HEADER': '${secret}' } }),
    bearer: await read('${origin}/oidc/token?audience=a', { headers: { authorization: 'Bearer ${secret}' } }),
    form: await read('${origin}/${secret}/oauth2/token', form),
    opaqueForm: await read('${origin}/${secret}/oauth2/token', { ...form, mode: 'no-cors' }),
    beacon: navigator.sendBeacon('${origin}/${secret}/oauth2/token', form.body),
    image: await loaded('img', { src: '${origin}/${secret}${imds}' }),
    script: await loaded('script', { src: '${origin}/${secret}${imds}' }),
    socket: await new Promise((resolve) => {
      const socket = new WebSocket('${origin.replace('http:', 'ws:')}/${secret}${imds}')
      socket.onopen = socket.onerror = ({ type }) => resolve(type)
    }),
  }
})()`

function startAttacked(): Promise<StartedEndpoint> {
  return startForTest({
    secretless: ['imds', 'cloud-shell'],
    assertion: async () => ({ token: 'assertion', expiresOnTimestamp: 0 }),
  })
}

function expectNothingGiven({ asked, audited }: StartedEndpoint): void {
  expect(asked).toEqual([])
  expect(audited.length).toBeGreaterThan(0)
  expect(audited.filter(({ status }) => status < 400)).toEqual([])
}

test('a page of another site gets nothing, in none of eleven ways, and cannot even read that (CSRF)', async () => {
  const endpoint = await startAttacked()
  const page = await (await browser.newContext()).newPage()
  await page.goto(`http://attacker.example:${(attacker.address() as AddressInfo).port}/`)
  const seen = await page.evaluate<Record<string, unknown>>(
    attempts(`http://127.0.0.1:${endpoint.port}`, endpoint.secret),
  )
  expect(seen).toEqual({
    simple: 'TypeError',
    opaque: expect.stringMatching(/^(TypeError)?$/),
    metadata: 'TypeError',
    header: 'TypeError',
    bearer: 'TypeError',
    form: 'TypeError',
    opaqueForm: expect.stringMatching(/^(TypeError)?$/),
    beacon: true,
    image: 'error',
    script: 'error',
    socket: 'error',
  })
  expectNothingGiven(endpoint)
})

test('a page whose name was bound to this machine anew gets nothing, though it is of the same origin (DNS rebinding)', async () => {
  const endpoint = await startAttacked()
  const page = await (await browser.newContext()).newPage()
  const origin = `http://rebound.example:${endpoint.port}`
  const response = await page.goto(`${origin}/${endpoint.secret}${imds}`)
  expect(response?.status()).toBe(403)
  const seen = await page.evaluate<Record<string, unknown>>(attempts(origin, endpoint.secret))
  for (const way of ['simple', 'metadata', 'header', 'bearer', 'form']) {
    expect(seen[way]).toMatch(
      /^\{"error":\{"code":"403","message":"(Web pages get no token|This endpoint does not answer)/,
    )
  }
  expectNothingGiven(endpoint)
})

test('a person who is led to the endpoint’s own address sees a refusal', async () => {
  const endpoint = await startAttacked()
  const page = await (await browser.newContext()).newPage()
  const response = await page.goto(`http://localhost:${endpoint.port}/${endpoint.secret}${imds}`)
  expect(response?.status()).toBe(403)
  expectNothingGiven(endpoint)
})
