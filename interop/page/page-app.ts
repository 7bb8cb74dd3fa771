import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { writeBundle } from '../../packages/entrada/build.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The app's scripts, by path: the library as it is published, bundled for browsers. */
export async function bundlePage(): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-page-'))
  try {
    const library = join(folder, 'node_modules/entrada')
    await mkdir(library, { recursive: true })
    await writeBundle(join(library, 'dist'))
    const manifest = await readFile(join(root, 'packages/entrada/package.json'), 'utf8')
    await writeFile(join(library, 'package.json'), manifest)
    await writeFile(join(folder, 'app.mjs'), await readFile(new URL('app.mjs', import.meta.url)))
    const { outputFiles, warnings } = await build({
      entryPoints: [join(folder, 'app.mjs')],
      ...{ bundle: true, splitting: true, format: 'esm', platform: 'browser', minify: true, write: false },
      outdir: join(folder, 'out'),
      nodePaths: [join(root, 'node_modules')],
      logLevel: 'silent',
    })
    if (warnings.length > 0) throw new Error(JSON.stringify(warnings))
    return new Map(outputFiles.map(({ path, text }) => [path.slice(join(folder, 'out').length), text]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

export interface PageApp {
  origin: string
  /** What browsers complained of, under the policy of the page's content. */
  violations: string[]
  close(): void
}

export interface PageAppOptions {
  scripts: ReadonlyMap<string, string>
  /** What the app knows, but for its redirect URI. */
  settings: (origin: string) => object
  authority: string
  /** Keeps the page's windows and those of other origins apart. */
  openerPolicy?: 'same-origin'
}

/** Serves the app at an origin of its own, under a strict policy: scripts of its own, requests to the authority. */
export async function servePage({ scripts, settings, authority, openerPolicy }: PageAppOptions): Promise<PageApp> {
  const violations: string[] = []
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '/'
    const headers: Record<string, string> = {
      'content-security-policy': [
        `default-src 'none'; script-src 'self'; connect-src ${new URL(authority).origin}; img-src data:; base-uri 'none'`,
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        'report-uri /violations',
      ].join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      ...(openerPolicy === undefined ? {} : { 'cross-origin-opener-policy': openerPolicy }),
    }
    if (path === '/violations') {
      request.on('data', (part) => violations.push(String(part)))
      response.writeHead(204).end()
      return
    }
    const script = scripts.get(path)
    if (script !== undefined) {
      response.writeHead(200, { ...headers, 'content-type': 'text/javascript' }).end(script)
      return
    }
    const told = JSON.stringify(settings(origin)).replaceAll('"', '&quot;')
    const app = path === '/blank' ? '' : '<script type="module" src="/app.js"></script>'
    const head = `<meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,"><meta name="settings" content="${told}">`
    const html = `<!doctype html><html lang="en"><head>${head}</head><body><p id="shown"></p><button id="stop">Stop</button>${app}</body></html>`
    response.writeHead(200, { ...headers, 'content-type': 'text/html' }).end(html)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  return { origin, violations, close: () => void server.close().closeAllConnections() }
}
