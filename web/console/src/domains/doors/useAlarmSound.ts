import { readonly, ref } from 'vue'

const STORED = 'linli.alarmsMuted'
const TONES_HZ = [880, 660, 880] as const
const TONE_S = 0.22
const muted = ref(localStorage.getItem(STORED) === '1')
const waits = ref(false)
const heard = new Set<string>()
let audio: AudioContext | null = null
let due = false

function play(context: AudioContext): void {
  TONES_HZ.forEach((pitch, index) => {
    const tone = context.createOscillator()
    const volume = context.createGain()
    const start = context.currentTime + index * TONE_S * 1.3
    tone.frequency.value = pitch
    volume.gain.setValueAtTime(0.25, start)
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S)
    tone.connect(volume).connect(context.destination)
    tone.start(start)
    tone.stop(start + TONE_S)
  })
  document.dispatchEvent(new CustomEvent('alarm-sound'))
}

/** Browsers let a page make a sound only once somebody pressed something on it: until then the call waits for that. */
async function call(): Promise<void> {
  audio ??= new AudioContext()
  if (audio.state === 'running') return play(audio)
  waits.value = due = true
  const press = async () => {
    removeEventListener('pointerdown', press)
    removeEventListener('keydown', press)
    await audio?.resume()
    waits.value = false
    if (due && audio && !muted.value) play(audio)
    due = false
  }
  addEventListener('pointerdown', press)
  addEventListener('keydown', press)
}

/** A sound for each new alarm, once; muted on this machine for good. */
export function useAlarmSound() {
  return {
    muted: readonly(muted),
    /** The browser keeps it back until somebody presses something. */
    waits: readonly(waits),
    callFor(alarms: readonly string[]): void {
      const fresh = alarms.filter((id) => !heard.has(id))
      fresh.forEach((id) => heard.add(id))
      if (fresh.length && !muted.value) void call()
    },
    mute(on: boolean): void {
      muted.value = on
      if (on) waits.value = due = false
      localStorage.setItem(STORED, on ? '1' : '0')
    },
  }
}
