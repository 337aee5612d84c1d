/** The screens on which a resident reads, as one file: whoever opens one mostly goes on to another. */
export { default as article } from './screens/Article.svelte'
export { default as listen } from './screens/Listen.svelte'
export { default as outcome } from './screens/Outcome.svelte'
export { default as outcomes } from './screens/Outcomes.svelte'
