/** What was written is handed over once, whatever the device can still store afterwards. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { freshDevice } from './server.ts'

beforeEach(freshDevice)
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test('a device that fills up just after the words went to the outbox does not say that they are unsaved', async () => {
  const outbox = await import('../../src/core/outbox.ts')
  const writing = await import('../../src/apps/resident/draft.svelte.ts')
  const { Database } = await import('../../src/core/db.ts')
  await writing.loadDraft(null)
  Object.assign(writing.draft, { kind: 'report', text: 'Đèn đường hỏng', identity: 'anonymous' })
  await writing.saveWords()
  vi.spyOn(Database.prototype, 'put').mockRejectedValue(new DOMException('full', 'QuotaExceededError'))
  const id = await writing.handOver(null, false, null)
  expect((await outbox.items()).map((one) => one.id)).toEqual([id])
  expect(writing.draft.text).toBe('')
})
