/**
 * How each move of a case looks and behaves here. Which moves exist for whom is the server's table alone: a move it does not
 * offer is never drawn, and one this list does not know is drawn plainly.
 */
import type { AllowedMove } from '../types.ts'

export type MoveLook = {
  icon: string
  key?: string
  tone: 'primary' | 'plain' | 'danger'
  /** Seconds in which it can be taken back before it goes out; for deeds that reach people outside the office. */
  undoFor: number
  /** Opens a form; otherwise it happens at once. */
  form: boolean
}

const look = (icon: string, more: Partial<MoveLook> = {}): MoveLook => ({
  icon,
  tone: 'plain',
  undoFor: 0,
  form: true,
  ...more,
})

/** In the order an official meets them. */
export const LOOKS: Record<string, MoveLook> = {
  assign: look('user-check', { key: 'a', tone: 'primary' }),
  start: look('play', { key: 's', tone: 'primary', form: false }),
  resolve: look('circle-check', { key: 'e', tone: 'primary' }),
  approve: look('badge-check', { key: 'v', tone: 'primary', form: false, undoFor: 6 }),
  publish: look('globe', { key: 'p', tone: 'primary' }),
  reply: look('reply', { key: 'r', undoFor: 8 }),
  ask: look('message-circle-question-mark', { key: 'h', undoFor: 8 }),
  return: look('corner-up-left', { key: 't' }),
  classify: look('list', { key: 'c' }),
  confirm_legal: look('scale', { key: 'l' }),
  transfer: look('split'),
  merge: look('merge', { undoFor: 8 }),
  reopen: look('rotate-ccw'),
  unpublish: look('eye-off', { tone: 'danger' }),
  divert: look('shield-alert', { tone: 'danger', form: false, undoFor: 8 }),
  reject: look('ban', { tone: 'danger', undoFor: 8 }),
  close: look('archive', { tone: 'danger', undoFor: 8 }),
}

export const lookOf = (move: string): MoveLook => LOOKS[move] ?? look('circle-dot')

const ORDER = Object.keys(LOOKS)
const place = (move: string) => (ORDER.includes(move) ? ORDER.indexOf(move) : ORDER.length)

export function sorted(moves: AllowedMove[]): AllowedMove[] {
  return [...moves].sort((a, b) => place(a.move) - place(b.move))
}

export type Step = { move: string; body: Record<string, unknown> }

export type TriageInput = {
  category: string
  kind: string
  urgency: string
  complex: boolean
  legal_type: string
  department_id: string
  staff_id: string
  note: string
}

type TriageCase = {
  state: string
  category: string | null
  kind: string
  urgency: string
  complex: boolean
  legal_type: string | null
  legal_confirmed: boolean
  lead_department: { id: string } | null
  assignee: { id: string } | null
}

/**
 * One form, up to three moves: only those the server allows and that change something. An unclassified case is classified
 * even when the suggestion was right, because a person must have said so.
 */
export function triageSteps(input: TriageInput, now: TriageCase, allowed: AllowedMove[]): Step[] {
  const can = (move: string) => allowed.some((entry) => entry.move === move)
  const steps: Step[] = []
  const reclassified =
    !now.legal_confirmed ||
    input.category !== (now.category ?? '') ||
    input.kind !== now.kind ||
    input.urgency !== now.urgency ||
    input.complex !== now.complex
  if (can('classify') && reclassified) {
    steps.push({
      move: 'classify',
      body: { category: input.category, kind: input.kind, urgency: input.urgency, complex: input.complex },
    })
  }
  if (can('confirm_legal') && (!now.legal_confirmed || now.legal_type !== input.legal_type)) {
    steps.push({
      move: 'confirm_legal',
      body: { legal_type: input.legal_type, ...(input.note ? { note: input.note } : {}) },
    })
  }
  // A complaint or denunciation is never assigned like feedback: it is diverted, and that is its own decision.
  if (can('assign') && input.department_id && input.legal_type === 'ordinary') {
    // A rule may have named the department already; the case goes there only when a person says so.
    const same =
      now.state !== 'received' &&
      now.state !== 'reopened' &&
      input.department_id === now.lead_department?.id &&
      (input.staff_id || null) === (now.assignee?.id ?? null)
    if (!same) {
      steps.push({
        move: 'assign',
        body: {
          department_id: input.department_id,
          ...(input.staff_id ? { staff_id: input.staff_id } : {}),
          ...(input.note ? { note: input.note } : {}),
        },
      })
    }
  }
  return steps
}
