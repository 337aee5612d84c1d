/** What is typed into the server's page before the app comes stands in the app's page afterwards, and behind what was kept. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { bringBack, fields, haveRoom, keepTyped, typeAgain } from '../../src/apps/resident/typed.ts'

const FORM = `
  <input type="radio" name="kind" id="kind" value="report"><input type="radio" name="kind" id="kind-praise" value="praise">
  <textarea id="text"></textarea>
  <input type="text" id="place">
  <select id="category"><option value="">Chưa rõ</option><option value="roads">Đường</option><option value="water">Nước</option></select>
  <input type="search" id="q" value="lũ">
  <details id="sift"><summary>Lọc</summary></details>`

function field<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (!found) throw new Error(`no field ${id}`)
  return found as T
}
const text = () => field<HTMLTextAreaElement>('text')
const place = () => field<HTMLInputElement>('place')
const category = () => field<HTMLSelectElement>('category')

function draw(html = FORM): HTMLElement {
  document.body.innerHTML = `<div id="app">${html}</div>`
  return field('app')
}

/** The app's page in the place of the server's, after `kept` put into it what the device had. */
function takeOver(kept: () => void = () => undefined, html = FORM): void {
  const typed = fields(field('app'))
  draw(html)
  kept()
  typeAgain(typed)
}

beforeEach(() => {
  draw()
  sessionStorage.clear()
})
afterEach(() => vi.unstubAllGlobals())

describe('into an empty form', () => {
  test('every kind of field is carried over, and the app hears of it', () => {
    text().value = 'Đường'
    place().value = 'Làng Hrung'
    category().value = 'water'
    field<HTMLInputElement>('kind-praise').checked = true
    field<HTMLInputElement>('q').value = 'lũ quét'
    field<HTMLDetailsElement>('sift').open = true
    const heard: string[] = []
    takeOver(() => {
      for (const kind of ['input', 'change'])
        document.body.addEventListener(kind, (event) => heard.push(`${kind} ${(event.target as HTMLElement).id}`))
    })
    expect(text().value).toBe('Đường')
    expect(place().value).toBe('Làng Hrung')
    expect(category().value).toBe('water')
    expect(field<HTMLInputElement>('kind-praise').checked).toBe(true)
    expect(field<HTMLInputElement>('q').value).toBe('lũ quét')
    expect(field<HTMLDetailsElement>('sift').open).toBe(true)
    for (const id of ['text', 'place', 'category', 'q']) expect(heard).toContain(`input ${id}`)
    expect(heard).toContain('change kind-praise')
  })

  test('the writer goes on where the cursor was', () => {
    text().value = 'Đường hỏng'
    text().focus()
    text().setSelectionRange(5, 5)
    takeOver()
    expect(document.activeElement).toBe(text())
    expect(text().selectionEnd).toBe(5)
  })

  test('what nobody touched is left alone', () => {
    takeOver(() => {
      text().value = 'giữ từ hôm qua'
      field<HTMLInputElement>('q').value = 'khác'
    })
    expect(text().value).toBe('giữ từ hôm qua')
    expect(field<HTMLInputElement>('q').value).toBe('khác')
  })
})

describe('into a form with words that were kept on the device', () => {
  test('typed words come behind them, with the cursor where it was', () => {
    text().value = 'Đường'
    text().focus()
    text().setSelectionRange(2, 2)
    place().value = 'gần trường'
    takeOver(() => {
      text().value = 'Ba trăm chữ.'
      place().value = 'Làng Hrung'
    })
    expect(text().value).toBe('Ba trăm chữ.\nĐường')
    expect(text().selectionEnd).toBe('Ba trăm chữ.\nĐư'.length)
    expect(place().value).toBe('Làng Hrung gần trường')
  })

  test('a choice that was made earlier stays', () => {
    category().value = 'water'
    field<HTMLInputElement>('kind-praise').checked = true
    takeOver(() => {
      category().value = 'roads'
      field<HTMLInputElement>('kind').checked = true
    })
    expect(category().value).toBe('roads')
    expect(field<HTMLInputElement>('kind').checked).toBe(true)
  })

  test('the same words, filled in again by the browser, do not stand there twice', () => {
    text().value = 'Đường hỏng'
    takeOver(() => {
      text().value = 'Đường hỏng'
    })
    expect(text().value).toBe('Đường hỏng')
  })
})

test('a page without the field has no room for the words, however empty the others are', () => {
  const other = document.createElement('div')
  other.innerHTML = '<textarea id="text"></textarea>'
  text().focus()
  place().focus()
  expect(haveRoom(fields(field('app')), other)).toBe(true)
  text().value = 'Đường'
  expect(haveRoom(fields(field('app')), other)).toBe(true)
  place().value = 'Làng Hrung'
  expect(haveRoom(fields(field('app')), other)).toBe(false)
})

describe('a page that is loaded anew', () => {
  test('has the words again, once', () => {
    text().value = 'Đường'
    keepTyped(field('app'))
    bringBack(draw())
    expect(text().value).toBe('Đường')
    bringBack(draw())
    expect(text().value).toBe('')
  })

  test('keeps them when it came without the fields', () => {
    text().value = 'Đường'
    keepTyped(field('app'))
    bringBack(draw('<h1>Máy chủ đang bận</h1>'))
    bringBack(draw())
    expect(text().value).toBe('Đường')
  })

  test('goes on where storage is forbidden', () => {
    vi.stubGlobal('sessionStorage', {
      getItem: () => {
        throw new DOMException('forbidden', 'SecurityError')
      },
    })
    expect(() => bringBack(draw())).not.toThrow()
  })
})
