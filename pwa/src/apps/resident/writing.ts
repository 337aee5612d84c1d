/** The screens on which a resident writes and follows what became of it, as one file. */

export { default as mine } from './screens/Mine.svelte'
export { default as send, prepare as prepareSend } from './screens/Send.svelte'
export { default as track } from './screens/Track.svelte'
export { default as tracked } from './screens/Tracked.svelte'
