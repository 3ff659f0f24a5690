import { ref } from 'vue'
import { setTheme } from '@linli/phone'

export const NIGHTS = ['auto', 'day', 'night'] as const
export type Night = (typeof NIGHTS)[number]
const STORED = 'linli.terminal.night'
const FROM = 21
const TO = 7
const LOOK_MS = 60_000

const stored = localStorage.getItem(STORED)
/** `auto`: dark from nine in the evening to seven, by this machine's clock. */
export const night = ref<Night>(stored === 'day' || stored === 'night' ? stored : 'auto')

export const isNight = (wanted: Night, hour: number): boolean =>
  wanted === 'night' || (wanted === 'auto' && (hour >= FROM || hour < TO))

function apply(): void {
  setTheme(isNight(night.value, new Date().getHours()) ? 'dark' : 'light')
}

export function setNight(wanted: Night): void {
  night.value = wanted
  localStorage.setItem(STORED, wanted)
  apply()
}

export function followNight(): void {
  apply()
  setInterval(apply, LOOK_MS)
}
