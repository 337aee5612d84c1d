/** Signing out of a machine that others use too. */
import { turnPushOff } from './push.ts'
import { signOut } from './session.svelte.ts'
import { anythingWaiting, sendAllNow } from './toasts.svelte.ts'

const SENDING_MS = 1500

/** What was about to go out goes first, while there still is a session to send it with; then nothing of this person stays. */
export async function leave(everywhere = false): Promise<void> {
  if (anythingWaiting()) {
    sendAllNow()
    await new Promise((resolve) => setTimeout(resolve, SENDING_MS))
  }
  await turnPushOff().catch(() => undefined)
  await signOut(everywhere)
}
