// Writes src/core/schema.d.ts, the shapes of the API, from openapi.json; `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const root = new URL('..', import.meta.url)
const target = new URL('src/core/schema.d.ts', root)
const { openapi, info, components } = JSON.parse(readFileSync(new URL('openapi.json', root), 'utf8'))

// Routes are called by their addresses; only the shapes of what they take and give are wanted here.
const tree = await openapiTS({ openapi, info, paths: {}, components: { schemas: components.schemas } })
const text = `// Made from openapi.json by \`make openapi\`; never edited by hand.\n${astToString(tree)}
export type Schemas = components['schemas']
`

if (!process.argv.includes('--check')) writeFileSync(target, text)
else if (readFileSync(target, 'utf8') !== text) {
  console.error('src/core/schema.d.ts does not match openapi.json: run `make openapi`')
  process.exit(1)
}
