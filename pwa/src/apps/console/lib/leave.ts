/** Signing out of a machine that others use too. */
import { t } from '../../../core/i18n.ts'
import { turnPushOff } from './push.ts'
import { signOut } from './session.svelte.ts'
import { anythingWaiting, say, sendAllNow } from './toasts.svelte.ts'

/**
 * What was about to go out goes first, while there still is a session to send it with; then nothing of this person stays.
 * A deed that did not go through keeps them here: its words are still on this machine, and only they can send them.
 */
export async function leave(everywhere = false): Promise<void> {
  if (anythingWaiting()) say(t('shell.sending_first'), { tone: 'info' })
  if (!(await sendAllNow())) {
    say(t('shell.still_here'), { tone: 'alert' })
    return
  }
  await turnPushOff().catch(() => undefined)
  await signOut(everywhere)
}
