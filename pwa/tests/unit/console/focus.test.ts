/** The focus stays near what was pressed, whatever the press takes away. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepFocus } from '../../../src/apps/console/lib/focus.ts'

let stop = () => {}
beforeEach(() => {
  document.body.innerHTML = '<main><section><p><button id="a">A</button></p><button id="b">B</button></section></main>'
  stop = keepFocus()
})
afterEach(() => stop())

const by = (id: string) => document.getElementById(id) as HTMLElement
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('a button that goes hands the focus to its neighbour', async () => {
  by('a').focus()
  by('a').remove()
  await expect.poll(() => document.activeElement?.id).toBe('b')
})

test('what was left on purpose is not followed', async () => {
  by('a').focus()
  by('a').blur()
  await settled()
  by('a').remove()
  await settled()
  expect(document.activeElement).toBe(document.body)
})

test('a screen that goes is left to the next one, which has a heading', async () => {
  by('a').focus()
  document.querySelector('main')?.replaceChildren(document.createElement('input'))
  await settled()
  expect(document.activeElement).toBe(document.body)
})

test('a component that puts the focus somewhere is obeyed', async () => {
  by('a').focus()
  by('a').remove()
  by('b').insertAdjacentHTML('afterend', '<button id="c">C</button>')
  by('c').focus()
  await settled()
  expect(document.activeElement?.id).toBe('c')
})
