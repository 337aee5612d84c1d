/** Colour and icon of a shown state; the word comes from the server in the reader's language. */
export type Tone = 'neutral' | 'brand' | 'ok' | 'warn' | 'alert'
type Look = { tone: Tone; icon: string }

const STATES: Record<string, Look> = {
  received: { tone: 'brand', icon: 'check' },
  needs_information: { tone: 'warn', icon: 'circle-alert' },
  forwarded: { tone: 'brand', icon: 'arrow-right' },
  in_progress: { tone: 'brand', icon: 'clock' },
  awaiting_approval: { tone: 'brand', icon: 'clock' },
  resolved: { tone: 'ok', icon: 'circle-check' },
  rejected: { tone: 'alert', icon: 'ban' },
  diverted: { tone: 'warn', icon: 'arrow-right' },
  merged: { tone: 'neutral', icon: 'copy' },
  reopened: { tone: 'warn', icon: 'rotate-ccw' },
  withdrawn: { tone: 'neutral', icon: 'x' },
  closed: { tone: 'neutral', icon: 'x' },
}

const OUTCOMES: Record<string, Look> = {
  done: { tone: 'ok', icon: 'circle-check' },
  partly_done: { tone: 'ok', icon: 'check' },
  planned: { tone: 'brand', icon: 'clock' },
  not_possible: { tone: 'warn', icon: 'ban' },
  other_body: { tone: 'neutral', icon: 'arrow-right' },
}

const WAITING: Record<string, Look> = {
  waiting: { tone: 'warn', icon: 'wifi-off' },
  sending: { tone: 'brand', icon: 'loader-circle' },
  sending_photos: { tone: 'brand', icon: 'image' },
  needs_mending: { tone: 'alert', icon: 'circle-alert' },
  needs_sign_in: { tone: 'warn', icon: 'user-round' },
  sent: { tone: 'ok', icon: 'circle-check' },
}

const PLAIN: Look = { tone: 'neutral', icon: 'info' }

export const stateLook = (state: string): Look => STATES[state] ?? PLAIN
export const outcomeLook = (outcome: string): Look => OUTCOMES[outcome] ?? PLAIN
export const outboxLook = (state: string): Look => WAITING[state] ?? PLAIN
