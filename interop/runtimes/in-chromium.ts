import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import type { Page } from 'playwright-core'
import { launchChromium, signInByKeyboard } from '../chromium.ts'
import type { Outcome } from './abilities/try-abilities.ts'
import { buildForBrowser } from './build-abilities.ts'
import type { Surroundings } from './given.ts'

/** Where in a browser. */
export type PlaceInBrowser = 'page' | 'worker' | 'service-worker'

/** Runs the abilities in a page of Chromium, or in a worker of that page. */
export async function tryInChromium(place: PlaceInBrowser, surroundings: Surroundings): Promise<Outcome[]> {
  const given = { ...surroundings.given, page: surroundings.page, gateway: `${surroundings.given.assistant}/gateway/` }
  const keys = await Promise.all([given.authorityHost, given.page.authorityHost].map(keyOf))
  const site = await serveSite()
  const browser = await launchChromium(['--disable-popup-blocking', `--ignore-certificate-errors-spki-list=${keys}`])
  try {
    const page = await browser.newPage()
    page.on('popup', (popup) => signIn(popup, given))
    await page.goto(site.origin)
    return await page.evaluate<Outcome[]>(`(${runs[place]})(${JSON.stringify(given)})`)
  } finally {
    await browser.close()
    site.close()
  }
}

/** The person, in each window that the page opens. */
async function signIn(popup: Page, { username, password }: { username: string; password: string }): Promise<void> {
  await signInByKeyboard(popup, username, password).catch(() => undefined)
}

/** The public key of a server's certificate, as a hash: workers have no other way to be told whom to trust. */
async function keyOf(url: string): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    servername: 'localhost',
    rejectUnauthorized: false,
  })
  await once(socket, 'secureConnect')
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' })
  socket.destroy()
  return createHash('sha256')
    .update(key ?? '')
    .digest('base64')
}

/** Text, because it runs in the page, whose globals are not ours. */
const toWorker = `new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data }) => resolve(data)
  worker.postMessage(given, [port2])
})`
const runs: Record<PlaceInBrowser, string> = {
  page: `async (given) => { await import('/abilities.js'); return tryAbilities(given) }`,
  worker: `async (given) => { const worker = new Worker('/abilities.js', { type: 'module' }); return ${toWorker} }`,
  'service-worker': `async (given) => {
    await navigator.serviceWorker.register('/abilities.js', { type: 'module' })
    const { active: worker } = await navigator.serviceWorker.ready
    return ${toWorker}
  }`,
}

async function serveSite(): Promise<{ origin: string; close(): void }> {
  const script = await buildForBrowser()
  const server = createServer(({ url }, response) => {
    const isScript = url === '/abilities.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? script : '<!doctype html><title>Abilities</title><link rel="icon" href="data:,">')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { origin: `http://localhost:${port}`, close: () => void server.close().closeAllConnections() }
}
