/** The present, moving once in half a minute: enough for "3 hours left", cheap for fifty rows. */
class Now {
  ms = $state(Date.now())
}

export const now = new Now()

setInterval(() => {
  now.ms = Date.now()
}, 30_000)
