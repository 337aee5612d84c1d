/// <reference lib="webworker" />
export type {}

declare const globalThis: ServiceWorkerGlobalScope
globalThis.addEventListener('install', () => undefined)
