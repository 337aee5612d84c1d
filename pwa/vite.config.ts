import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type UserConfig } from 'vite'
import { finish, htmlParts } from './scripts/vite-plugins.ts'

const app = process.env.APP ?? 'resident'
const out = resolve('dist', app)

const widgets: UserConfig = {
  root: 'src/widgets',
  publicDir: false,
  build: {
    outDir: out,
    emptyOutDir: true,
    target: ['chrome87', 'safari14.1'],
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
    // Residents keep their telephones for years; offices have a current Edge or Chrome.
    target: app === 'resident' ? ['chrome87', 'safari14.1'] : 'es2022',
    modulePreload: { polyfill: false },
  },
  plugins: [
    svelte({ configFile: resolve('svelte.config.js') }),
    htmlParts(app),
    finish({ app, out, inlineCss: app === 'resident', worker: app === 'resident' ? 'src/apps/resident/sw.ts' : null }),
  ],
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/api', '/media', '/feeds'].map((path) => [path, 'http://127.0.0.1:8000'])),
  },
}

export default defineConfig(app === 'widgets' ? widgets : page)
