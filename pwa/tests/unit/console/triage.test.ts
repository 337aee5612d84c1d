import { describe, expect, test } from 'vitest'
import { bodyOf, fieldsOf, fillTemplate, missing } from '../../../src/apps/console/cases/fields.ts'
import { apiQuery, countsQuery, filtersOn, readQueue } from '../../../src/apps/console/cases/filters.ts'
import { sorted, type TriageInput, triageSteps } from '../../../src/apps/console/cases/moves.ts'
import type { AllowedMove } from '../../../src/apps/console/types.ts'

const offer = (...moves: string[]): AllowedMove[] => moves.map((move) => ({ move, label: move, requires: [] }))
const ALL = offer('assign', 'confirm_legal', 'classify')

const fresh = {
  state: 'received',
  category: 'y_te',
  kind: 'report',
  urgency: 'normal',
  complex: false,
  legal_type: 'ordinary',
  legal_confirmed: false,
  lead_department: null,
  assignee: null,
}
const input: TriageInput = {
  category: 'y_te',
  kind: 'report',
  urgency: 'normal',
  complex: false,
  legal_type: 'ordinary',
  department_id: 'd1',
  staff_id: '',
  note: '',
}

describe('intake in one form', () => {
  test('a new case is classified, confirmed and assigned, in this order, even when the suggestion was right', () => {
    expect(triageSteps(input, fresh, ALL).map(({ move }) => move)).toEqual(['classify', 'confirm_legal', 'assign'])
  })
  test('a complaint or denunciation is confirmed but never assigned', () => {
    for (const legal_type of ['complaint', 'denunciation']) {
      const steps = triageSteps({ ...input, legal_type }, fresh, ALL)
      expect(steps.map(({ move }) => move)).toEqual(['classify', 'confirm_legal'])
    }
  })
  test('only what changes is sent', () => {
    const known = { ...fresh, state: 'forwarded', legal_confirmed: true, lead_department: { id: 'd1' } }
    expect(triageSteps(input, known, ALL)).toEqual([])
    expect(triageSteps({ ...input, urgency: 'priority' }, known, ALL).map(({ move }) => move)).toEqual(['classify'])
    expect(triageSteps({ ...input, department_id: 'd2', staff_id: 's1' }, known, ALL)).toEqual([
      { move: 'assign', body: { department_id: 'd2', staff_id: 's1' } },
    ])
  })
  test('a department that a rule named is still assigned by a person', () => {
    const routed = { ...fresh, lead_department: { id: 'd1' } }
    expect(triageSteps(input, routed, ALL).at(-1)).toEqual({ move: 'assign', body: { department_id: 'd1' } })
  })
  test('only what the server offers is sent', () => {
    expect(triageSteps(input, fresh, offer('classify')).map(({ move }) => move)).toEqual(['classify'])
  })
})

describe('fields of a move', () => {
  test('the date is asked for a plan only, the body for another body only', () => {
    const names = (outcome: string) => fieldsOf('resolve', [], { outcome }).map(({ name }) => name)
    expect(names('planned')).toContain('planned_on')
    expect(names('done')).not.toContain('planned_on')
    expect(names('other_body')).toContain('other_body')
  })
  test('"done" without a photo or document is not sent', () => {
    const values = { outcome: 'done', reply: 'Đã sửa xong đoạn đường.' }
    const fields = fieldsOf('resolve', [], values)
    expect(missing('resolve', fields, values, 0, 0)).toEqual({ evidence_upload_ids: 'evidence' })
    expect(missing('resolve', fields, values, 1, 0)).toEqual({})
    expect(missing('resolve', fields, values, 0, 1)).toEqual({})
  })
  test('the body carries what is shown and filled, trimmed', () => {
    const values = { outcome: 'planned', reply: ' Sẽ làm. ', planned_on: '2026-12-15', other_body: 'không còn hiện' }
    expect(bodyOf(fieldsOf('resolve', [], values), values, ['u1'])).toEqual({
      outcome: 'planned',
      reply: 'Sẽ làm.',
      planned_on: '2026-12-15',
      evidence_upload_ids: ['u1'],
    })
  })
  test('a move nobody taught the console still gets a form for what it requires', () => {
    expect(fieldsOf('escalate', ['reason'], {})).toEqual([{ name: 'reason', kind: 'long', required: true }])
    expect(sorted(offer('escalate', 'reply')).map(({ move }) => move)).toEqual(['reply', 'escalate'])
  })
  test('templates fill what is known and leave the rest to be seen', () => {
    const item = { tracking_code: 'GL-7K4M-92QX', unit: { code: '23798', name: 'Xã Ayun' }, lead_department: null }
    expect(fillTemplate('{unit} nhận {tracking_code}, {department}', item)).toBe(
      'Xã Ayun nhận GL-7K4M-92QX, {department}',
    )
  })
})

describe('the address of the queue', () => {
  test('is read forgivingly', () => {
    const asked = readQueue(new URLSearchParams('view=nonsense&sort=-created&state=received&q=+sạt+'), 'mine')
    expect(asked).toEqual({ view: 'mine', sort: '-created', state: 'received', q: 'sạt' })
    expect(filtersOn(asked)).toBe(2)
  })
  test('becomes parameters of the API; counts know no view', () => {
    const asked = readQueue(new URLSearchParams('view=overdue&urgency=priority'), 'all')
    expect(apiQuery(asked, '23798', 'abc')).toMatchObject({
      view: 'overdue',
      urgency: 'priority',
      commune: '23798',
      cursor: 'abc',
    })
    expect(countsQuery(asked, undefined)).toEqual({ urgency: 'priority', commune: undefined })
  })
})
