/** What was typed into the page the server drew, before the app took over: no word of it is lost. */

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement
type Typed = { id: string; value: string | null; focused: boolean }

const isChoice = (control: Control) => control instanceof HTMLInputElement && /radio|checkbox/.test(control.type)

/** The value of a field that somebody changed, or null. */
function changed(control: Control): string | null {
  if (isChoice(control)) return (control as HTMLInputElement).checked ? 'on' : null
  const before = control instanceof HTMLSelectElement ? '' : control.defaultValue
  return control.value === before ? null : control.value
}

/** The fields in `page` that were filled in, or that somebody is in. */
export function fields(page: HTMLElement): Typed[] {
  const all = [...page.querySelectorAll<Control>('input[id], textarea[id], select[id]')]
  return all
    .map((control) => ({ id: control.id, value: changed(control), focused: control === document.activeElement }))
    .filter(({ value, focused }) => value !== null || focused)
}

/** The same in the page as it is now, as if typed there. */
export function typeAgain(typed: Typed[]): void {
  for (const { id, value, focused } of typed) {
    const control = document.getElementById(id) as Control | null
    if (!control) continue
    if (focused) control.focus({ preventScroll: true })
    if (value === null) continue
    if (isChoice(control)) control.click()
    else {
      control.value = value
      for (const kind of ['input', 'change']) control.dispatchEvent(new Event(kind, { bubbles: true }))
    }
  }
}
