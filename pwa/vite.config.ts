import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type UserConfig } from 'vite'
import { finish, htmlParts, noCustomElements, noHydration } from './scripts/vite-plugins.ts'

const app = process.env.APP ?? 'resident'
const out = resolve('dist', app)

/** The last Chrome for Android 5, and iOS 15; offices have a current Edge or Chrome. */
const OLDEST = ['chrome95', 'safari15']

/**
 * The script of those two: they know all of ES2022 but static blocks, of which `finish` allows none. Named by their versions,
 * each private field would be rewritten for the sake of such blocks, which is larger and slow on a slow telephone.
 */
const SCRIPT = 'es2022'

/** Few files: on a slow network each costs more than it holds. What the first screen needs is one, the small parts of the later ones another. */
const FILES = [
  { name: 'app', tags: ['$initial' as const] },
  {
    name: 'parts',
    test: /src\/(ui\/(Button|Badge|ListenButton)\.svelte|ui\/toasts\.svelte\.ts|core\/speech\.ts|apps\/resident\/parts\/states\.ts)$/,
  },
]

const widgets: UserConfig = {
  root: 'src/widgets',
  publicDir: false,
  build: {
    outDir: out,
    emptyOutDir: true,
    target: OLDEST,
    lib: { entry: 'tieng-lang-feed.ts', formats: ['iife'], name: 'tiengLang', fileName: () => 'tieng-lang.js' },
  },
}

const page: UserConfig = {
  root: `src/apps/${app}`,
  base: app === 'resident' ? '/' : `/${app}/`,
  publicDir: app === 'resident' ? resolve('public') : false,
  build: {
    outDir: out,
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    target: SCRIPT,
    cssTarget: app === 'resident' ? OLDEST : undefined,
    modulePreload: { polyfill: false },
    rolldownOptions: app === 'resident' ? { output: { codeSplitting: { groups: FILES } } } : {},
  },
  plugins: [
    svelte({ configFile: resolve('svelte.config.js') }),
    noCustomElements(),
    noHydration(),
    htmlParts(app),
    finish({
      out,
      inlineCss: app === 'resident',
      start: app === 'resident' ? 'src/apps/resident/start.js' : null,
      worker: app === 'resident' ? 'src/apps/resident/sw.ts' : null,
    }),
  ],
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/api', '/media', '/feeds'].map((path) => [path, 'http://127.0.0.1:8000'])),
  },
}

export default defineConfig(app === 'widgets' ? widgets : page)
