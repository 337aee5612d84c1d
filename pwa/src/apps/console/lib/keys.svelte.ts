/** Keys that work on the present screen. Each screen lists its own; `?` shows the list, so the two cannot drift. */
import { untrack } from 'svelte'

export type Shortcut = {
  /** "j", "Enter", "?", or two in a row: "g i". */
  keys: string
  label: string
  run: () => void
  /** Works in text fields too (Escape). */
  everywhere?: boolean
}

class Keyboard {
  groups = $state.raw<{ title: string; list: Shortcut[] }[]>([])
  helpOpen = $state(false)
}

export const keyboard = new Keyboard()

/** Registers shortcuts while a component lives: `$effect(() => keysOf(title, [...]))`. Later groups win. */
export function keysOf(title: string, list: Shortcut[]): () => void {
  const group = { title, list }
  untrack(() => {
    keyboard.groups = [...keyboard.groups, group]
  })
  return () => {
    keyboard.groups = keyboard.groups.filter((other) => other !== group)
  }
}

const TYPING = 'input:not([type=checkbox]):not([type=radio]):not([type=button]),textarea,select,[contenteditable=true]'

export const typing = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(TYPING) !== null

let first = ''
let firstAt = 0

/** The shortcut a key press means, given the press before it; pure but for the memory of that press. */
export function pressed(event: KeyboardEvent, groups: { list: Shortcut[] }[]): Shortcut | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null
  const inText = typing(event.target)
  const all = groups.flatMap((group) => group.list).reverse()
  const pair = first && Date.now() - firstAt < 1200 ? `${first} ${event.key}` : ''
  first = ''
  const found =
    (pair && all.find((shortcut) => shortcut.keys === pair)) ||
    all.find((shortcut) => shortcut.keys === event.key) ||
    null
  if (found && (!inText || found.everywhere)) return found
  if (!inText && all.some((shortcut) => shortcut.keys.startsWith(`${event.key} `))) {
    first = event.key
    firstAt = Date.now()
  }
  return null
}

/** Enter and Space belong to the button or link that has the focus. */
const ownedByFocus = (event: KeyboardEvent) =>
  (event.key === 'Enter' || event.key === ' ') &&
  event.target instanceof Element &&
  event.target.closest('a[href],button,summary,[role=option],[role=tab]') !== null

export function startKeyboard(): () => void {
  const down = (event: KeyboardEvent) => {
    if (event.defaultPrevented || document.querySelector('dialog[open]') || ownedByFocus(event)) return
    const shortcut = pressed(event, keyboard.groups)
    if (!shortcut) return
    event.preventDefault()
    shortcut.run()
  }
  addEventListener('keydown', down)
  return () => removeEventListener('keydown', down)
}
