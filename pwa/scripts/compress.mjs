// Writes a .br and a .gz beside every text file, for a web server that sends what is already compressed.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/** Compresses the files under a folder; below a kilobyte there is nothing to win. */
export function compress(folder) {
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !/\.(js|css|svg|webmanifest)$/.test(file.name)) continue
    const path = join(file.parentPath, file.name)
    const content = readFileSync(path)
    if (content.length < 1024) continue
    writeFileSync(`${path}.br`, brotliCompressSync(content))
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
  }
}
