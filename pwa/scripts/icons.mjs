// Draws the PNG icons from public/icons/mark.svg with a Chromium on this machine, and leaves them 64 colours (a third of
// the bytes, every telephone fetches one); run by hand when the mark changes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'
const folder = fileURLToPath(new URL('../public/icons/', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'icons-'))
const mark = readFileSync(`${folder}mark.svg`, 'utf8')

const round = mark
// The safe zone of a maskable icon is the middle 80 %: full ground, smaller drawing.
const maskable = mark.replace(' rx="14"', '').replace('translate(9 9) scale(1.92)', 'translate(14.5 14.5) scale(1.46)')
// Android draws a badge from the alpha channel alone.
const badge = mark
  .replace(/<rect[^>]*>/, '')
  .replace('#e8a33d', '#fff')
  .replace('translate(9 9) scale(1.92)', 'scale(2.66)')

for (const [name, drawing, size] of [
  ['icon-192', round, 192],
  ['icon-512', round, 512],
  ['maskable-192', maskable, 192],
  ['maskable-512', maskable, 512],
  ['apple-touch-180', maskable, 180],
  ['badge-96', badge, 96],
]) {
  const page = join(scratch, `${name}.html`)
  const style = `html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}`
  writeFileSync(page, `<!doctype html><style>${style}</style>${drawing}`)
  spawnSync(chromium, [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--hide-scrollbars',
    '--default-background-color=00000000',
    '--force-device-scale-factor=1',
    `--window-size=${size},${size}`,
    `--screenshot=${folder}${name}.png`,
    `file://${page}`,
  ])
  console.log(name)
}

const fewer = `
import sys
from PIL import Image
for path in sys.argv[1:]:
    Image.open(path).convert("RGBA").quantize(64, Image.Quantize.FASTOCTREE).save(path, optimize=True)
`
const drawn = readdirSync(folder).filter((name) => name.endsWith('.png'))
const python = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url))
const { status } = spawnSync(python, ['-c', fewer, ...drawn.map((name) => folder + name)], { stdio: 'inherit' })
if (status !== 0)
  throw new Error(`${python} did not make the icons smaller: the test environment (bin/venv test) has Pillow`)
