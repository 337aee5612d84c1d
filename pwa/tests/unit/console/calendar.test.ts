/** The calendar of an office: weeks of months, keys, what a day is, hours as they are typed, and two officials at once. */
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CalendarDesk } from '../../../src/apps/console/calendar/desk.svelte.ts'
import { copyOf, hoursOf, readHour, readWeek, spoken, type Week } from '../../../src/apps/console/calendar/hours.ts'
import WeekHours from '../../../src/apps/console/calendar/WeekHours.svelte'
import {
  byDay,
  type Calendar,
  type CalendarDay,
  inReach,
  KINDS,
  lookAt,
  ownWord,
  readYear,
  runsOf,
  shifted,
  shiftedMonths,
  step,
  TYPES,
  weekdayOf,
  weeksOf,
} from '../../../src/apps/console/calendar/year.ts'
import catalogue from '../../../src/apps/console/i18n/vi.json'
import { draftsOf } from '../../../src/apps/console/lib/drafts.ts'
import { useCatalogue } from '../../../src/core/i18n.ts'
import { server } from '../server.ts'

const DAY = [
  { opens: '07:30', closes: '11:30' },
  { opens: '13:30', closes: '17:00' },
]
const day = (iso: string, changes: Partial<CalendarDay> = {}): CalendarDay => ({
  day: iso,
  type: 'holiday',
  note: 'Tết Nguyên Đán',
  spans: [],
  source: 'country',
  inherited: null,
  ...changes,
})
const calendar = (changes: Partial<Calendar> = {}): Calendar => ({
  unit: { code: '23798', name: 'Xã Ayun' },
  year: 2026,
  version: 3,
  changed_at: null,
  hours: { source: 'usual', week: [DAY, DAY, DAY, DAY, DAY, [], []] },
  inherited_hours: { source: 'usual', week: [DAY, DAY, DAY, DAY, DAY, [], []] },
  days: [],
  national_days_known: true,
  ...changes,
})

const week = (...monday: [string, string][]): Week => [
  monday.map(([opens, closes]) => ({ opens, closes })),
  ...Array.from({ length: 6 }, () => []),
]

describe('the days of a year', () => {
  test('every month of every year in reach has each of its days once, under its weekday', () => {
    for (let year = 2020; year <= 2100; year++) {
      const all: string[] = []
      for (let month = 1; month <= 12; month++)
        for (const week of weeksOf(year, month)) {
          expect(week).toHaveLength(7)
          const strays = week.filter((cell, weekday) => cell && weekdayOf(cell) !== weekday)
          expect(strays).toEqual([])
          all.push(...week.filter((cell) => cell !== null))
        }
      const leap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1
      expect(all).toHaveLength(leap ? 366 : 365)
      expect(new Set(all).size).toBe(all.length)
      expect([all[0], all.at(-1)]).toEqual([`${year}-01-01`, `${year}-12-31`])
      expect(all).toEqual([...all].sort())
    }
  })

  test.each([
    ['2026-11-23', 0],
    ['2026-11-22', 6],
    ['2024-02-29', 3],
    ['2100-12-31', 4],
  ])('%s has weekday %i', (iso, weekday) => expect(weekdayOf(iso)).toBe(weekday))

  test('shifting crosses months and years, and a short month ends earlier', () => {
    expect(shifted('2026-12-31', 1)).toBe('2027-01-01')
    expect(shifted('2024-03-01', -1)).toBe('2024-02-29')
    expect(shiftedMonths('2026-01-31', 1)).toBe('2026-02-28')
    expect(shiftedMonths('2026-03-31', -1)).toBe('2026-02-28')
    expect(shiftedMonths('2026-12-15', 1)).toBe('2027-01-15')
  })

  test('keys move by days, weeks, to the ends of a week and by months, and stay in the year', () => {
    const from = '2026-11-25'
    expect(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].map((key) => step(key, from))).toEqual([
      '2026-11-24',
      '2026-11-26',
      '2026-11-18',
      '2026-12-02',
    ])
    expect(['Home', 'End', 'PageUp', 'PageDown'].map((key) => step(key, from))).toEqual([
      '2026-11-23',
      '2026-11-29',
      '2026-10-25',
      '2026-12-25',
    ])
    expect(step('ArrowLeft', '2026-01-01')).toBe('2026-01-01')
    expect(step('PageDown', '2026-12-31')).toBe('2026-12-31')
    expect(step('Enter', from)).toBeNull()
  })

  test('a year and a day out of reach are none', () => {
    expect(readYear('2027', 2026)).toBe(2027)
    for (const text of [null, '', '0', '2019', '2101', '2026.5', 'nay', '9'.repeat(400)])
      expect(readYear(text, 2026)).toBe(2026)
    expect(inReach('2020-01-01')).toBe(true)
    for (const text of ['', '2019-12-31', '2101-01-01', '2026-02-30', '2026-13-01', '25/11/2026', '20261-01-01'])
      expect(inReach(text), text).toBe(false)
  })
})

describe('what a day is', () => {
  const flood = day('2026-11-25', {
    type: 'closure',
    note: 'Lũ',
    source: 'unit',
    inherited: { day: '2026-11-25', type: 'working', note: null, spans: DAY },
  })
  const shown = calendar({ days: [day('2026-02-16'), flood] })
  const look = (iso: string) => lookAt(shown, byDay(shown), iso)

  test('comes from what was said about it, else from the hours of its weekday', () => {
    expect(look('2026-11-25')).toMatchObject({ type: 'closure', note: 'Lũ', own: true, inherited: { type: 'working' } })
    expect(look('2026-02-16')).toMatchObject({ type: 'holiday', own: false, source: 'country' })
    expect(look('2026-11-26')).toMatchObject({ type: 'working', note: '', own: false, source: 'usual' })
    expect(look('2026-11-28').type).toBe('weekend')
  })

  test('the own word of a unit is what is sent to bring it back', () => {
    expect(ownWord(flood)).toEqual({ day: '2026-11-25', kind: 'closure', note: 'Lũ' })
    expect(ownWord(day('2026-11-28', { type: 'make_up', source: 'unit', note: null }))?.kind).toBe('workday')
    expect(ownWord(day('2026-02-16'))).toBeNull()
    expect(ownWord(undefined)).toBeNull()
  })

  test('days that say the same one after another are one line of their month', () => {
    const tet = ['2026-02-16', '2026-02-17', '2026-02-18'].map((iso) => day(iso))
    const days = [
      day('2026-01-31'),
      day('2026-02-01'),
      ...tet,
      day('2026-02-19', { note: 'Khác' }),
      day('2026-02-23', { note: 'Khác' }),
    ]
    const runs = runsOf(calendar({ days }), 2)
    expect(runs.map(({ first, last }) => [first, last])).toEqual([
      ['2026-02-01', '2026-02-01'],
      ['2026-02-16', '2026-02-18'],
      ['2026-02-19', '2026-02-19'],
      ['2026-02-23', '2026-02-23'],
    ])
  })

  test('every kind, type and source has its words', () => {
    const SOURCES = ['unit', 'province', 'country', 'usual']
    const keys = [
      ...TYPES.map((type) => `calendar.type.${type}`),
      ...SOURCES.flatMap((source) => [`calendar.source.${source}`, `calendar.hours_of.${source}`]),
      ...SOURCES.filter((source) => source !== 'unit').map((source) => `calendar.back_to.${source}`),
      ...KINDS.flatMap((kind) => [`calendar.kind.${kind}`, `calendar.kind.${kind}_hint`]),
      ...[0, 1, 2, 3, 4, 5, 6].flatMap((weekday) => [`weekday.${weekday}`, `weekday.short.${weekday}`]),
      ...['not_an_hour', 'before_opens', 'overlap', 'never_open'].map((code) => `calendar.error.${code}`),
    ]
    expect(keys.filter((key) => !(key in catalogue))).toEqual([])
  })
})

describe('hours as they are typed', () => {
  test.each([
    ['07:30', '07:30'],
    ['7:30', '07:30'],
    ['7h30', '07:30'],
    ['7h', '07:00'],
    ['7', '07:00'],
    ['730', '07:30'],
    ['1330', '13:30'],
    ['13.30', '13:30'],
    [' 0:00 ', '00:00'],
    ['24:00', '24:00'],
    ['24', '24:00'],
    ['24:01', null],
    ['25:00', null],
    ['7:60', null],
    ['7:5', null],
    ['', null],
    ['sáng', null],
    ['-7', null],
    ['07:30:00', null],
  ])('%s', (text, read) => expect(readHour(text)).toBe(read))

  test('are put in order; rows left empty are no office hours', () => {
    const { week: read, wrong } = readWeek(week(['13h30', '17'], ['', ' '], ['7:30', '11:30']))
    expect(wrong).toEqual({})
    expect(read[0]).toEqual(DAY)
    expect(spoken(DAY)).toBe('07:30–11:30, 13:30–17:00')
    expect(hoursOf(copyOf(calendar().hours.week))).toBe(37.5)
    expect(hoursOf(readWeek(week(['0', '24'])).week)).toBe(24)
  })

  test.each<[[string, string][], Record<string, string>]>([
    [[['sáng', '11']], { '0.0.opens': 'not_an_hour' }],
    [[['7', '']], { '0.0.closes': 'not_an_hour' }],
    [[['24:00', '24:00']], { '0.0.opens': 'not_an_hour' }],
    [[['11', '7']], { '0.0.closes': 'before_opens' }],
    [[['7', '7']], { '0.0.closes': 'before_opens' }],
    [
      [
        ['7', '12'],
        ['11:59', '17'],
      ],
      { '0': 'overlap' },
    ],
    [[['', '']], { '': 'never_open' }],
    [[], { '': 'never_open' }],
  ])('%j is %j', (monday, wrong) => expect(readWeek(week(...monday)).wrong).toEqual(wrong))

  test('that touch do not overlap', () => {
    expect(readWeek(week(['7', '12'], ['12', '17'])).wrong).toEqual({})
  })
})

describe('a change', () => {
  const PATH = '/api/v1/units/23798'
  beforeEach(() => localStorage.clear())
  afterEach(() => vi.unstubAllGlobals())

  test('goes out with the version that was read; the answer is the calendar', async () => {
    const network = server({
      [`GET ${PATH}/calendar*`]: () => ({ json: calendar() }),
      [`PUT ${PATH}/calendar-days/2026-11-25*`]: () => ({ json: calendar({ version: 4 }) }),
    })
    const desk = new CalendarDesk('23798')
    await desk.load(2026)
    expect(await desk.setDay({ day: '2026-11-25', kind: 'closure', note: 'Lũ' })).toBe(true)
    expect(network.asked.at(-1)?.headers['If-Match']).toBe('"3"')
    expect(desk.item?.version).toBe(4)
  })

  test('of somebody who was slower reads the new calendar and says so; the next attempt is about that one', async () => {
    let version = 3
    const network = server({
      [`GET ${PATH}/calendar*`]: () => ({ json: calendar({ version }) }),
      [`DELETE ${PATH}/working-hours*`]: (request) =>
        request.headers['If-Match'] === '"9"'
          ? { json: calendar({ version: 10 }) }
          : { status: 412, json: { code: 'stale', title: 'Đã đổi', status: 412 } },
    })
    const desk = new CalendarDesk('23798')
    await desk.load(2026)
    version = 9
    expect(await desk.inheritHours()).toBe(false)
    expect(desk.conflict).toBe(true)
    expect(desk.item?.version).toBe(9)
    expect(await desk.inheritHours()).toBe(true)
    expect(desk.conflict).toBe(false)
    expect(network.asked.length).toBe(4)
  })
})

describe('hours that were left unsaved', () => {
  const typed = week(['08:00', '11:00'])
  beforeEach(() => {
    localStorage.clear()
    useCatalogue('vi', catalogue)
  })
  afterEach(() => {
    cleanup()
    vi.unstubAllGlobals()
  })

  test.each([
    ['on the hours there are now', JSON.stringify(calendar().hours.week), false],
    ['on others', JSON.stringify(week(['09:00', '10:00'])), true],
    ['by a build that did not keep what they were begun on', undefined, false],
  ])('%s', async (_name, begun, conflict) => {
    const drafts = draftsOf('', 'calendar:23798')
    drafts.keep('week', typed)
    drafts.keep('begun', begun)
    server({ 'GET /api/v1/units/23798/calendar*': () => ({ json: calendar() }) })
    const desk = new CalendarDesk('23798')
    await desk.load(2026)
    render(WeekHours, { desk })
    await fireEvent.click(screen.getByRole('button', { name: 'Đặt giờ riêng' }))
    expect(desk.conflict).toBe(conflict)
    expect(screen.getByDisplayValue('08:00')).toBeTruthy()
  })
})
