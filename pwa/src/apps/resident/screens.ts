/** All screens but home, settings, the choice of a commune and the audio player, as one file: the second thing a telephone loads, and the last of the app's own code. */
export { default as article } from './screens/Article.svelte'
export { default as listen } from './screens/Listen.svelte'
export { default as mine } from './screens/Mine.svelte'
export { default as outcome } from './screens/Outcome.svelte'
export { default as outcomes } from './screens/Outcomes.svelte'
export { default as send } from './screens/Send.svelte'
export { default as track } from './screens/Track.svelte'
export { default as tracked } from './screens/Tracked.svelte'
