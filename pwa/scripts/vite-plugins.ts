import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build, type Plugin } from 'vite'
import { compress } from './compress.mjs'

const readJson = (path: string): string[] => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [])

/** One `<symbol>` per icon named in src/ui/icons.json and the app's own icons.json, drawn by lucide. */
export function sprite(app: string): string {
  const names = new Set([...readJson(resolve('src/ui/icons.json')), ...readJson(resolve(`src/apps/${app}/icons.json`))])
  const symbols = [...names].sort().map((name) => {
    const own = resolve(`src/ui/icons/${name}.svg`)
    const svg = readFileSync(existsSync(own) ? own : resolve(`node_modules/lucide-static/icons/${name}.svg`), 'utf8')
    const drawing = svg
      .replace(/<!--.*?-->/gs, '')
      .replace(/<svg[^>]*>|<\/svg>/g, '')
      .replace(/\s+/g, ' ')
      .replace(/> </g, '><')
      .replace(/ \/>/g, '/>')
      .trim()
    return `<symbol id="i-${name}" viewBox="0 0 24 24">${drawing}</symbol>`
  })
  return `<svg class="sprite" aria-hidden="true" focusable="false">${symbols.join('')}</svg>`
}

/** Fills `<!--tl:boot-->` (the theme script, before anything is painted) and `<!--tl:icons-->` in index.html. */
export const htmlParts = (app: string): Plugin => ({
  name: 'tl-html-parts',
  transformIndexHtml: {
    order: 'pre',
    handler: (html) =>
      html
        .replace('<!--tl:boot-->', () => `<script>${readFileSync(resolve('src/ui/boot.js'), 'utf8').trim()}</script>`)
        .replace('<!--tl:icons-->', () => sprite(app)),
  },
})

/** Svelte keeps its support for custom elements in every bundle (a class with a side effect); no page here has one. */
export const noCustomElements = (): Plugin => ({
  name: 'tl-no-custom-elements',
  load: (id) => (id.endsWith('/elements/custom-element.js') ? 'export const create_custom_element = undefined' : null),
})

/**
 * Svelte can also take over markup that it drew on a server. Nothing here was drawn by it (the server's pages are replaced, not
 * taken over), and its code for that is a tenth of the runtime.
 */
export const noHydration = (): Plugin => ({
  name: 'tl-no-hydration',
  transform(code, id) {
    if (!id.endsWith('/internal/client/dom/hydration.js')) return null
    const never = code
      .replace('export let hydrating = false', 'export const hydrating = false')
      .replace('hydrating = value;', '')
    if (never.length !== code.length + 2 - 'hydrating = value;'.length) this.error('Svelte hydrates in another way now')
    return { code: never, map: null }
  },
})

const sha256 = (text: string | Buffer) => createHash('sha256').update(text)

type Finish = { out: string; inlineCss: boolean; start: string | null; worker: string | null }

/**
 * After an app is written: inlines the first screen's CSS, puts `start` in the place of the app's own script, notes the
 * hashes of what stays inline in csp.json (`{"script": ["'sha256-…'"], "style": […]}`), and builds the service worker
 * with the list of files inside it.
 */
export const finish = ({ out, inlineCss, start, worker }: Finish): Plugin => ({
  name: 'tl-finish',
  apply: 'build',
  generateBundle(_, files) {
    for (const file of Object.values(files))
      if (worker && file.type === 'chunk' && /\bstatic\s*\{/.test(file.code))
        this.error(`${file.fileName} has a static block, which iOS 15 does not know`)
  },
  async closeBundle() {
    const page = join(out, 'index.html')
    let html = readFileSync(page, 'utf8')
    let inlined = ''
    if (inlineCss) {
      html = html.replace(/\s*<link rel="stylesheet"[^>]*href="([^"]+)"[^>]*>/g, (_, href: string) => {
        inlined = href
        return `<style>${readFileSync(join(out, href), 'utf8').trim()}</style>`
      })
    }
    if (start) html = startLater(html, readFileSync(resolve(start), 'utf8'), out)
    html = html.replace(/>\s*\n\s*</g, '>\n<')
    writeFileSync(page, html)
    const hashes = (tag: RegExp) => [...html.matchAll(tag)].map((m) => `'sha256-${sha256(m[1]).digest('base64')}'`)
    const csp = { script: hashes(/<script>(.*?)<\/script>/gs), style: hashes(/<style>(.*?)<\/style>/gs) }
    writeFileSync(join(out, 'csp.json'), JSON.stringify(csp))
    if (worker) await buildWorker(worker, out, inlined)
    compress(out)
  },
})

/** A few inline lines decide when the app's files are asked for, all at once; the Vietnamese words are one of them. */
function startLater(html: string, code: string, out: string): string {
  const files: string[] = []
  const take = (_: string, file: string) => {
    files.push(file)
    return ''
  }
  const bare = html
    .replace(/\s*<script type="module"[^>]*src="([^"]+)"[^>]*><\/script>/, take)
    .replace(/\s*<link rel="modulepreload"[^>]*href="([^"]+)"[^>]*>/g, take)
  const words = readdirSync(join(out, 'assets')).filter((name) => /^vi-[\w-]{8}\.js$/.test(name))
  files.push(...words.map((name) => `/assets/${name}`))
  const lines = code
    .replace(/^\s*\/\/.*\n/gm, '')
    .trim()
    .replace('FILES', JSON.stringify(files))
  return bare.replace('</body>', () => `<script>${lines}</script>\n</body>`)
}

async function buildWorker(entry: string, out: string, inlined: string): Promise<void> {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.(js|css|html)$/.test(file.name) && file.name !== 'sw.js')
    .map((file) => join(file.parentPath, file.name))
    .filter((file) => !inlined || !file.endsWith(inlined))
    .sort()
  const list = files.map((file) => ({
    // Flask fills index.html for a first visit and serves it unfilled, for the worker, as /shell.html.
    url: file.slice(out.length).replace('/index.html', '/shell.html'),
    revision: /\/assets\//.test(file) ? null : sha256(readFileSync(file)).digest('hex').slice(0, 12),
  }))
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: { 'self.__WB_MANIFEST': JSON.stringify(list), 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: out,
      emptyOutDir: false,
      target: 'es2022',
      lib: { entry: resolve(entry), formats: ['iife'], name: 'sw', fileName: () => 'sw.js' },
    },
  })
}
