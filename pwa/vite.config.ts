import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type UserConfig } from 'vite'
import { finish, htmlParts, noCustomElements } from './scripts/vite-plugins.ts'

const app = process.env.APP ?? 'resident'
const out = resolve('dist', app)

/** The last Chrome for Android 5, and iOS 15; offices have a current Edge or Chrome. */
const OLDEST = ['chrome95', 'safari15']

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
    target: app === 'resident' ? OLDEST : 'es2022',
    modulePreload: { polyfill: false },
  },
  plugins: [
    svelte({ configFile: resolve('svelte.config.js') }),
    noCustomElements(),
    htmlParts(app),
    finish({ app, out, inlineCss: app === 'resident', worker: app === 'resident' ? 'src/apps/resident/sw.ts' : null }),
  ],
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/api', '/media', '/feeds'].map((path) => [path, 'http://127.0.0.1:8000'])),
  },
}

export default defineConfig(app === 'widgets' ? widgets : page)
