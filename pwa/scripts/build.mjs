// Builds every app of this package into dist/<app>, and copies the API browser's bundle into dist/docs.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compress } from './compress.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const apps = readdirSync(`${root}src/apps`).filter((app) => existsSync(`${root}src/apps/${app}/index.html`))

for (const app of [...apps, 'widgets']) {
  const { status } = spawnSync(
    process.execPath,
    [`${root}node_modules/vite/bin/vite.js`, 'build', '--logLevel', 'warn'],
    {
      cwd: root,
      env: { ...process.env, APP: app },
      stdio: 'inherit',
    },
  )
  if (status !== 0) process.exit(status ?? 1)
  console.log(`built ${app}`)
}

mkdirSync(`${root}dist/docs`, { recursive: true })
for (const file of ['rapidoc-min.js', 'rapidoc-min.js.LICENSE.txt']) {
  copyFileSync(`${root}node_modules/rapidoc/dist/${file}`, `${root}dist/docs/${file}`)
}
compress(`${root}dist/docs`)
compress(`${root}dist/widgets`)
console.log('copied docs')
