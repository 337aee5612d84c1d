/** The browser's offer to install, kept until the resident wants it. */
type Offer = Event & { prompt(): Promise<unknown> }

export const canInstall = $state({ prompt: null as Offer | null })

addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault()
  canInstall.prompt = event as Offer
})

export async function install(): Promise<void> {
  await canInstall.prompt?.prompt()
  canInstall.prompt = null
}
