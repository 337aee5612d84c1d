/** What can wait until the first screen stands: the outbox, the worker, and stores for a day without a network. */
import { mount } from 'svelte'
import { keepRead, pruneReads, read } from '../../core/reads.ts'
import { answered } from './first.ts'
import Later from './Later.svelte'
import { app } from './state.svelte.ts'
import { startWorker } from './worker.ts'

/** After the first screen's own requests, on a network that may be slow. */
const PATIENCE = 4_000

export function begin(): void {
  const target = document.body.appendChild(document.createElement('div'))
  mount(Later, { target })
  for (const { path, query, data } of answered) void keepRead(path, data, { query })
  setTimeout(startWorker, PATIENCE)
  setTimeout(() => void warm(), 2 * PATIENCE)
}

/** Fetches what a resident needs to write feedback where there is no network. */
async function warm(): Promise<void> {
  const paths = ['/privacy-notice', '/feedback-categories', '/policies', '/categories']
  if (app.commune) paths.push(`/communes/${app.commune.code}`, `/communes/${app.commune.code}/communities`)
  const there = new Set(answered.map(({ path }) => path))
  for (const path of paths) if (!there.has(path)) await read(path, () => undefined).catch(() => undefined)
  await pruneReads().catch(() => undefined)
}
