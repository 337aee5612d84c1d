/** Reading aloud with the device's own voice (Web Speech). */

/** Calls back now and whenever the voices change: is there a voice for the language ("vi", "en")? */
export function watchVoice(lang: string, tell: (voice: SpeechSynthesisVoice | null) => void): () => void {
  if (!('speechSynthesis' in globalThis)) {
    tell(null)
    return () => {}
  }
  const look = () => tell(bestVoice(speechSynthesis.getVoices(), lang))
  look()
  speechSynthesis.addEventListener?.('voiceschanged', look)
  return () => speechSynthesis.removeEventListener?.('voiceschanged', look)
}

/** A voice on the device before one in the network, the region's own before any other. */
export function bestVoice(voices: readonly SpeechSynthesisVoice[], lang: string): SpeechSynthesisVoice | null {
  const fits = voices.filter((voice) => voice.lang.toLowerCase().replace('_', '-').startsWith(lang))
  return fits.find((voice) => voice.localService) ?? fits[0] ?? null
}

/** Sentences short enough for engines that stop after some fifteen seconds. */
export function sentences(text: string, longest = 180): string[] {
  // No look-behind: Safari before 16.4 refuses to read a file that has one.
  const whole = (text.match(/[^\n]+?(?:[.!?…:;]+(?=\s|$)|$)/gmu) ?? []).flatMap((sentence) => {
    if (sentence.length <= longest) return [sentence]
    return sentence.match(new RegExp(`.{1,${longest}}(?:\\s|$)`, 'gsu')) ?? [sentence]
  })
  return whole.map((sentence) => sentence.trim()).filter(Boolean)
}

/** Speaks until the end or until the returned function is called; `ended` is called once in either case. */
export function speak(text: string, voice: SpeechSynthesisVoice, ended: () => void): () => void {
  speechSynthesis.cancel()
  const queue = sentences(text)
  let stopped = false
  const stop = () => {
    if (stopped) return
    stopped = true
    speechSynthesis.cancel()
    ended()
  }
  const next = () => {
    const sentence = queue.shift()
    if (stopped) return
    if (!sentence) return stop()
    const spoken = new SpeechSynthesisUtterance(sentence)
    spoken.voice = voice
    spoken.lang = voice.lang
    spoken.rate = 0.95
    spoken.onend = next
    spoken.onerror = stop
    speechSynthesis.speak(spoken)
  }
  next()
  return stop
}
