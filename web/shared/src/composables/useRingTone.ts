import { onScopeDispose, watch } from 'vue'

const EVERY_MS = 2_500
const NOTES = [0, 0.25]

/** A short tone again and again while something rings. A browser that lets no page sound unasked stays silent. */
export function useRingTone(rings: () => boolean): void {
  let sound: AudioContext | null = null
  let timer: ReturnType<typeof setInterval> | undefined

  function play(): void {
    if (typeof AudioContext === 'undefined') return
    sound ??= new AudioContext()
    if (sound.state === 'suspended') void sound.resume().catch(() => undefined)
    for (const after of NOTES) {
      const note = sound.createOscillator()
      const loudness = sound.createGain()
      loudness.gain.value = 0.15
      note.frequency.value = after ? 660 : 880
      note.connect(loudness).connect(sound.destination)
      note.start(sound.currentTime + after)
      note.stop(sound.currentTime + after + 0.2)
    }
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }

  watch(
    rings,
    (on) => {
      stop()
      if (!on) return
      play()
      timer = setInterval(play, EVERY_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    stop()
    void sound?.close()
  })
}
