/** Lan looks after her feedback: a server in trouble is not a wrong PIN, and nothing is typed into a form that is leaving. */
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import reading from '../../src/apps/resident/i18n/vi.reading.ts'
import first from '../../src/apps/resident/i18n/vi.ts'
import writing from '../../src/apps/resident/i18n/vi.writing.ts'
import { pinOf, rememberPin } from '../../src/apps/resident/pins.ts'
import Tracked from '../../src/apps/resident/screens/Tracked.svelte'
import { eraseDevice } from '../../src/core/db.ts'
import { useCatalogue } from '../../src/core/i18n.ts'
import { server } from './server.ts'

const words: Record<string, string> = { ...first, ...reading, ...writing }
const CODE = 'GL-7K4M-92QX'
const FOUND = {
  tracking_code: CODE,
  state: 'needs_information',
  state_label: 'Cần thêm thông tin',
  kind: 'report',
  submitted_at: '2026-11-21T10:00:00Z',
  commune: { code: '23798', name: 'Xã Ayun' },
  timeline: [],
}
const OPENED = { ...FOUND, text: 'Đèn đường hỏng', messages: [], attachments: [], awaiting_answer: true }

beforeAll(() => useCatalogue('vi', words))
beforeEach(eraseDevice)
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function show() {
  rememberPin(CODE, '271828')
  render(Tracked, { code: CODE })
}

test.each([500, 429])('an answer %i is trouble to be tried again, and the PIN is kept', async (status) => {
  server({ [`GET /api/v1/feedback/${CODE}`]: () => ({ status }) })
  show()
  await screen.findByRole('alert')
  expect(screen.queryByText(words['track.wrong_pin'] as string)).toBeNull()
  expect(await pinOf(CODE)).toBe('271828')
})

test('a PIN that is refused leaves the state to be seen, and is asked for again', async () => {
  server({
    [`GET /api/v1/feedback/${CODE}`]: ({ headers }) =>
      headers['X-Feedback-Pin'] ? { status: 403, json: { code: 'feedback.wrong_pin' } } : { json: FOUND },
  })
  show()
  await screen.findByText(words['track.wrong_pin'] as string)
  expect(screen.getByText('Cần thêm thông tin')).toBeTruthy()
  expect(await pinOf(CODE)).toBe('')
})

test('the answer cannot be changed while it is on its way', async () => {
  let arrive: (value?: unknown) => void = () => undefined
  const { of } = server({
    [`GET /api/v1/feedback/${CODE}`]: () => ({ json: OPENED }),
    [`POST /api/v1/feedback/${CODE}/answers`]: async () => {
      await new Promise((done) => {
        arrive = done
      })
      return { status: 201 }
    },
  })
  show()
  const field = (await screen.findByLabelText(words['track.answer'] as string)) as HTMLTextAreaElement
  await fireEvent.input(field, { target: { value: 'Ở cột số 5' } })
  await fireEvent.submit(field.form as HTMLFormElement)
  await vi.waitFor(() => expect(of('POST')).toHaveLength(1))
  expect(field.readOnly).toBe(true)
  arrive()
  await vi.waitFor(() => expect(field.readOnly).toBe(false))
  expect(field.value).toBe('')
})
