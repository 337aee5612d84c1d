// Budgets in brotli bytes. What the first screen loads is read from the build's manifest: entry, its static imports
// and the Vietnamese words. Routes that are not needed to read, send and follow have a line of their own. So has the choice of a
// commune: it is needed once, before all others, and with it the rest would be 62 kB; what is written there already leaves out
// whatever of the framework no screen uses (scripts/vite-plugins.ts), and what is left is the framework and the words.
import { readdirSync, readFileSync } from 'node:fs'

const manifestOf = (app) => JSON.parse(readFileSync(`dist/${app}/.vite/manifest.json`, 'utf8'))

/** Files that are loaded together with one entry of the manifest. */
function closure(manifest, key, seen = new Set()) {
  if (seen.has(key)) return []
  seen.add(key)
  const chunk = manifest[key]
  return [chunk.file, ...(chunk.imports ?? []).flatMap((one) => closure(manifest, one, seen))]
}

const resident = manifestOf('resident')
const console_ = manifestOf('console')
const fileOf = (manifest, part) => Object.entries(manifest).find(([key]) => key.includes(part))?.[1].file
const under = (app, files) => files.filter(Boolean).map((file) => `dist/${app}/${file}`)

const first = [...closure(resident, 'index.html'), fileOf(resident, 'i18n/vi.ts')]
const audio = [fileOf(resident, 'screens/Broadcast.svelte')]
const choosing = [fileOf(resident, 'screens/Choose.svelte')]
const settings = ['screens/Settings.svelte', 'parts/SignIn.svelte', 'i18n/vi.settings.ts', '_notify-'].map((part) =>
  fileOf(resident, part),
)
const english = Object.keys(resident)
  .filter((key) => /i18n\/en\./.test(key))
  .map((key) => resident[key].file)
const apart = new Set([...audio, ...choosing, ...settings, ...english])
const core = readdirSync('dist/resident/assets')
  .filter((name) => name.endsWith('.js'))
  .map((name) => `assets/${name}`)
  .filter((file) => !apart.has(file))

export default [
  { name: 'resident: first JS', path: under('resident', first), limit: '30 kB', brotli: true },
  { name: 'resident: shell, CSS inlined', path: 'dist/resident/index.html', limit: '10 kB', brotli: true },
  {
    name: 'resident: core routes and worker',
    path: under('resident', [...core, 'sw.js']),
    limit: '60 kB',
    brotli: true,
  },
  { name: 'resident: audio player', path: under('resident', audio), limit: '10 kB', brotli: true },
  { name: 'resident: choosing a commune', path: under('resident', choosing), limit: '5 kB', brotli: true },
  { name: 'resident: settings, sign-in', path: under('resident', settings), limit: '10 kB', brotli: true },
  {
    name: 'console: first JS',
    path: under('console', [...closure(console_, 'index.html'), fileOf(console_, 'i18n/vi.')]),
    limit: '60 kB',
    brotli: true,
  },
  { name: 'widget', path: 'dist/widgets/*.js', limit: '8 kB', brotli: true },
]
