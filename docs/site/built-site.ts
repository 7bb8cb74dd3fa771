import { readdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, posix } from 'node:path'

/** A page of the built site. */
export interface BuiltPage {
  /** Its path, from the site's root. */
  path: string
  /** Where its links, scripts and images lead. */
  links: readonly string[]
  /** What a link may lead to inside of it. */
  anchors: ReadonlySet<string>
}

/** The pages in a folder, read as the regular HTML that the site's tool writes. */
export async function builtPages(folder: string): Promise<BuiltPage[]> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.html'))
  return Promise.all(
    paths.map(async (path) => {
      const html = await readFile(join(folder, path), 'utf8')
      return {
        path,
        links: valuesOf(html, 'href').concat(valuesOf(html, 'src')),
        anchors: new Set(valuesOf(html, 'id')),
      }
    }),
  )
}

/** The links that lead nowhere, each with the page that has it. `files` has every path of the site. */
export function brokenLinks(pages: readonly BuiltPage[], files: ReadonlySet<string>): string[] {
  const byPath = new Map(pages.map((page) => [page.path, page]))
  return pages.flatMap((page) => {
    const broken = [...new Set(page.links)].filter((link) => {
      if (/^(?:https?|mailto|data):/.test(link)) return !URL.canParse(link)
      const { pathname, hash } = new URL(link, `https://site.invalid/${page.path}`)
      const path = decodeURIComponent(pathname.slice(1))
      const file = [path, posix.join(path, 'index.html'), `${path}.html`].find((name) => files.has(name))
      if (file === undefined) return true
      const anchor = decodeURIComponent(hash.slice(1))
      return anchor !== '' && byPath.get(file)?.anchors.has(anchor) !== true
    })
    return broken.map((link) => `${page.path}: ${link}`)
  })
}

const types: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
}

/** Serves a folder on loopback, as any host of static files would. */
export async function serve(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path)
    readFile(file.startsWith(folder) ? file : '').then(
      (body) => response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function valuesOf(html: string, attribute: string): string[] {
  return [...html.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&'),
  )
}
