/** What was typed into the page the server drew, before the app took over: no word of it is lost. */

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | HTMLDetailsElement
/** `before` is what the page came with, `tail` how many letters stand behind the cursor. */
type Typed = { id: string; before: string; value: string; focused: boolean; tail: number }

const KEY = 'tl_typed'

const isChoice = (control: Control): control is HTMLInputElement =>
  'checked' in control && /radio|checkbox/.test(control.type)
const isText = (control: Control): control is HTMLInputElement | HTMLTextAreaElement =>
  'type' in control && /^text/.test(control.type)

/** What stands in a field, and what the page came with: there nothing is open or marked. */
function contents(control: Control): [string, string] {
  if ('open' in control) return [control.open ? 'on' : '', '']
  if (isChoice(control)) return [control.checked ? 'on' : '', '']
  const before =
    'options' in control ? control.querySelector<HTMLOptionElement>('[selected]')?.value : control.defaultValue
  return [control.value, before ?? '']
}

export const isChanged = ({ value, before }: Typed): boolean => value !== before

/** The fields in `page` that were filled in, or that somebody is in. */
export function fields(page: HTMLElement): Typed[] {
  return [...page.querySelectorAll<Control>('input[id], textarea[id], select[id], details[id]')]
    .map((control) => {
      const [value, before] = contents(control)
      const tail = isText(control) ? value.length - (control.selectionEnd ?? value.length) : 0
      return { id: control.id, before, value, focused: control === document.activeElement, tail }
    })
    .filter((typed) => isChanged(typed) || typed.focused)
}

/**
 * The same in the page as it is now, as if typed there. Where that holds something else than the page came with (words that
 * were kept on the device), typed words come behind it, and a choice made earlier stays.
 */
export function typeAgain(typed: Typed[]): void {
  for (const { id, before, value, focused, tail } of typed) {
    const control = document.getElementById(id) as Control | null
    if (!control) continue
    if (focused) control.focus({ preventScroll: true })
    if (value === before) continue
    if ('open' in control) control.open = true
    else if (isChoice(control)) {
      if (!document.querySelector(`[name="${control.name}"]:checked`)) control.click()
    } else {
      if (control.value === before) control.value = value
      // A browser that fills in again what stood here before the page was left brings the same words once more.
      else if (isText(control) && !control.value.endsWith(value))
        control.value += (control.type === 'text' ? ' ' : '\n') + value
      else continue
      for (const kind of ['input', 'change']) control.dispatchEvent(new Event(kind, { bubbles: true }))
      const at = control.value.length - tail
      if (focused && isText(control)) control.setSelectionRange(at, at)
    }
  }
}

/** Puts the words aside while the page is loaded anew; throws where the browser forbids storage. */
export function keepTyped(page: HTMLElement): void {
  sessionStorage.setItem(KEY, JSON.stringify(fields(page)))
}

/** What was put aside, typed again into the page that has its fields. */
export function bringBack(page: HTMLElement): void {
  try {
    const typed = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Typed[]
    if (!haveRoom(typed, page)) return
    sessionStorage.removeItem(KEY)
    typeAgain(typed)
  } catch {
    // Storage is forbidden: nothing was put aside.
  }
}

/** True when each field that was filled in is on `page` too. */
export const haveRoom = (typed: Typed[], page: HTMLElement): boolean =>
  typed.every((one) => !isChanged(one) || page.querySelector(`[id="${one.id}"]`))
