/**
 * The calendar of one unit over one year. Changes go out under If-Match; when somebody else was faster the present calendar is read,
 * what was typed stays where it is, and the next attempt is about what is there now.
 */
import { type FieldErrors, get, Problem, send } from '../lib/call.ts'
import type { Week } from './hours.ts'
import type { Calendar, DayKind } from './year.ts'

export class CalendarDesk {
  item = $state.raw<Calendar | null>(null)
  problem = $state.raw<unknown>(null)
  refused = $state.raw<unknown>(null)
  errors = $state.raw<FieldErrors>({})
  conflict = $state(false)
  busy = $state(false)
  year = 0
  #turn = 0

  constructor(readonly unit: string) {}

  /** What stands stays until the answer is there; an answer to an older question is dropped. */
  async load(year: number): Promise<void> {
    const turn = ++this.#turn
    this.year = year
    this.refused = null
    this.conflict = false
    try {
      const item = await get<Calendar>(`/units/${this.unit}/calendar`, { query: { year } })
      if (turn !== this.#turn) return
      this.item = item
      this.problem = null
    } catch (cause) {
      if (turn !== this.#turn) return
      this.problem = cause
    }
  }

  setHours = (week: Week) => this.#change('PUT', 'working-hours', { week })
  inheritHours = () => this.#change('DELETE', 'working-hours')
  setDay = ({ day, ...word }: { day: string; kind: DayKind; note: string }) =>
    this.#change('PUT', `calendar-days/${day}`, word)
  inheritDay = (day: string) => this.#change('DELETE', `calendar-days/${day}`)

  /** A form that is opened or left starts without old complaints. */
  forget(): void {
    this.refused = null
    this.errors = {}
    this.conflict = false
  }

  async #change(method: string, path: string, body?: unknown): Promise<boolean> {
    if (this.busy || !this.item) return false
    const { year } = this
    this.busy = true
    this.forget()
    try {
      const query = { year }
      const { data } = await send<Calendar>(method, `/units/${this.unit}/${path}`, body, {
        query,
        ifMatch: this.item.version,
      })
      // Somebody who turned the page meanwhile has the other year with the version of before.
      if (year === this.year) {
        this.#turn += 1
        this.item = data
      } else await this.load(this.year)
      return true
    } catch (cause) {
      if (cause instanceof Problem && cause.status === 412) {
        await this.load(this.year)
        this.conflict = this.problem === null
      } else {
        this.refused = cause
        if (cause instanceof Problem) this.errors = cause.errors
      }
      return false
    } finally {
      this.busy = false
    }
  }
}
